import { createHash } from 'node:crypto';
import { projectFolder } from '@rapport/test-kit/servers/tool-paths';
import type { AppliedRealm, WantedRealm } from '../../deploy/keycloak/realm.ts';
import { hashOf } from '../stamps.mjs';
import type { Login } from './page.ts';
import type { RunFolder } from './run-folder.ts';

/** What the launcher needs to know of the realm. */
export interface RealmSetup {
  keycloakUrl: string;
  /** The client that scripts log in with. */
  clientId: string;
  /** The two logins that every realm has. */
  users: Login[];
}

/** The names under which `apply-realm.ts`, a process of its own, is told its files. */
export const WANTED_FILE = 'realm-wanted.json';
export const APPLIED_FILE = 'realm-applied.json';

/**
 * Brings the realm into step with the contracts and the access matrix. Left out when neither has changed since it was
 * last done for this installation: it takes Keycloak several seconds, and `npm run access:diff` shows drift.
 *
 * `apply` runs `apply-realm.ts`: what that needs of the contracts would otherwise stay in the launcher's memory.
 */
export async function setUpRealm(run: RunFolder, wanted: WantedRealm, apply: () => Promise<void>): Promise<RealmSetup> {
  const sources = hashOf(projectFolder, ['deploy/keycloak', 'packages/contracts/image.binpb']);
  const hash = createHash('sha256').update(JSON.stringify(wanted)).update(sources).digest('hex');
  const done = run.read<{ hash: string; result: RealmSetup }>('realm.json');
  if (done?.hash === hash) return done.result;
  run.write(WANTED_FILE, wanted);
  await apply();
  const { clientId, users } = run.read<AppliedRealm>(APPLIED_FILE) ?? { users: [] };
  run.remove(WANTED_FILE, APPLIED_FILE);
  if (clientId === undefined) throw new Error('The realm has no client that scripts could log in with.');
  const result = {
    keycloakUrl: wanted.keycloakUrl,
    clientId,
    users: users.map((user) => ({ ...user, branch: '', department: '' })),
  };
  run.write('realm.json', { hash, result });
  return result;
}
