// Brings Keycloak's realm into step, as the files in the run folder say:  node scripts/launch/apply-realm.ts <run folder>
import { applyRealm, type WantedRealm } from '../../deploy/keycloak/realm.ts';
import { APPLIED_FILE, WANTED_FILE } from './realm-setup.ts';
import { RunFolder } from './run-folder.ts';

const run = new RunFolder(process.argv[2] ?? '.run');
const wanted = run.read<WantedRealm>(WANTED_FILE);
if (wanted === undefined) throw new Error(`${run.at(WANTED_FILE)} does not say which realm is wanted.`);
const applied = await applyRealm(wanted);
console.log(applied.changes.join('\n'));
run.write(APPLIED_FILE, applied);
