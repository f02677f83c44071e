// npm run access:diff: prints how the rights in Keycloak differ from the contracts and deploy/keycloak/access-matrix.yaml,
// and what administrators added beside. Exit code 1 when the next start would change something.
// Looks at the platform running from this folder, or at KEYCLOAK_URL with KEYCLOAK_ADMIN_USERNAME and _PASSWORD.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AdminApi, type AdminLogin } from '../deploy/keycloak/admin-api.ts';
import { driftOf } from '../deploy/keycloak/drift.ts';
import { readAuthorization } from '../deploy/keycloak/realm.ts';

try {
  const { login, realm } = findKeycloak(process.env);
  const { desired, actual } = await readAuthorization(new AdminApi(login, realm));
  const { lines, foreign, negative } = driftOf(desired, actual);
  for (const line of lines) console.log(`differs   ${line}`);
  for (const name of negative) console.log(`negative  ${name}: grants to everybody it does not name`);
  for (const name of foreign) console.log(`by hand   ${name}`);
  const summary = lines.length === 0 ? 'in step with contracts and matrix' : `${lines.length} differences`;
  console.log(`access: ${summary}; ${foreign.length} objects made by hand, left alone.`);
  process.exitCode = lines.length + negative.length > 0 ? 1 : 0;
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 2;
}

function findKeycloak(env: NodeJS.ProcessEnv): { login: AdminLogin; realm: string } {
  const { KEYCLOAK_URL, KEYCLOAK_REALM = 'rapport', KEYCLOAK_ADMIN_USERNAME, KEYCLOAK_ADMIN_PASSWORD } = env;
  if (KEYCLOAK_URL) {
    if (!KEYCLOAK_ADMIN_USERNAME || !KEYCLOAK_ADMIN_PASSWORD) {
      throw new Error('KEYCLOAK_URL needs KEYCLOAK_ADMIN_USERNAME and KEYCLOAK_ADMIN_PASSWORD.');
    }
    const admin = { username: KEYCLOAK_ADMIN_USERNAME, password: KEYCLOAK_ADMIN_PASSWORD };
    return { login: { keycloakUrl: KEYCLOAK_URL.replace(/\/+$/, ''), admin }, realm: KEYCLOAK_REALM };
  }
  const run = <T>(name: string): T => JSON.parse(readFileSync(join(import.meta.dirname, '../.run', name), 'utf8')) as T;
  try {
    const { keycloak, realm } = run<{ keycloak: string; realm: string }>('addresses.json');
    const { keycloakAdmin } = run<{ keycloakAdmin: string }>('secrets.json');
    return { login: { keycloakUrl: keycloak, admin: { username: 'admin', password: keycloakAdmin } }, realm };
  } catch (error) {
    throw new Error('No platform runs from this folder: npm start first, or set KEYCLOAK_URL.', { cause: error });
  }
}
