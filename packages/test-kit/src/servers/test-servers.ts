import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestServers } from '../config.js';
import { ensureOwnedDatabase } from './databases.js';
import { freePort } from './free-port.js';
import { KEYCLOAK_ADMIN, templateSecrets } from './keycloak-template.js';
import { keycloakServer } from './keycloak.js';
import { stopLeftBehind } from './left-behind.js';
import { natsServer } from './nats.js';
import { postgresServer } from './postgres.js';
import { processIdentity } from './process-identity.js';
import type { ServerSet } from './server-set.js';
import { keycloakTemplateFolder } from './tool-paths.js';

const PREFIX = 'rapport-test-';

/**
 * Starts PostgreSQL, NATS and Keycloak for one test run, in a folder of its own under the system's temporary one and on
 * free ports, so that it disturbs neither a running `npm start` nor another test run.
 */
export async function startTestServers(env: Record<string, string>, set: ServerSet): Promise<TestServers> {
  await clearKilledRuns();
  const folder = mkdtempSync(join(tmpdir(), PREFIX));
  chmodSync(folder, 0o755); // PostgreSQL may run under another account and must enter
  writeFileSync(
    join(folder, 'owner.json'),
    JSON.stringify({ pid: process.pid, identity: processIdentity(process.pid) }),
  );
  mkdirSync(join(folder, 'logs'));
  const common = { env, pidFolder: join(folder, 'pids') };
  const log = (name: string): { logFile: string } => ({ logFile: join(folder, 'logs', `${name}.log`) });
  const secrets = templateSecrets();

  const postgres = await postgresServer({
    ...common,
    ...log('postgres'),
    dataFolder: join(folder, 'postgres'),
    port: await freePort(),
    password: secrets.postgres,
    template: join(keycloakTemplateFolder(), 'data'),
    durable: false,
  });
  const nats = natsServer({
    ...common,
    ...log('nats'),
    folder: join(folder, 'nats'),
    port: await freePort(),
    monitoringPort: await freePort(),
  });
  const startKeycloak = async (): Promise<{ url: string }> => {
    await set.start(postgres.process, 0);
    const keycloak = keycloakServer({
      ...common,
      ...log('keycloak'),
      port: await freePort(),
      managementPort: await freePort(),
      databaseUrl: await ensureOwnedDatabase(postgres.superuserUrl('postgres'), 'keycloak', secrets.keycloakDatabase),
      admin: { username: KEYCLOAK_ADMIN, password: secrets.keycloakAdmin },
    });
    await set.start(keycloak.process, 1);
    return keycloak;
  };
  const [keycloak] = await Promise.all([startKeycloak(), set.start(nats.process, 1)]);
  return {
    folder,
    postgres: { superuserUrl: postgres.superuserUrl('postgres') },
    nats: { url: nats.url, monitoringUrl: nats.monitoringUrl },
    keycloak: { url: keycloak.url, adminUsername: KEYCLOAK_ADMIN, adminPassword: secrets.keycloakAdmin },
  };
}

/** Stops the servers of a test run and removes its folder. */
export async function stopTestServers(folder: string | undefined, set: ServerSet): Promise<void> {
  await set.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
}

/** A run ended by SIGKILL could not clean up: the next one does it, when the owner written down no longer lives. */
async function clearKilledRuns(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(PREFIX))) {
    const folder = join(tmpdir(), name);
    const ownerFile = join(folder, 'owner.json');
    if (!existsSync(ownerFile)) continue;
    try {
      const owner = JSON.parse(readFileSync(ownerFile, 'utf8')) as { pid: number; identity: string };
      if (processIdentity(owner.pid) === owner.identity) continue;
      await stopLeftBehind(join(folder, 'pids'));
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // another user's, or being removed by another run at this moment
    }
  }
}
