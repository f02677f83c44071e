import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureOwnedDatabase } from './databases.js';
import { freePort } from './free-port.js';
import { keycloakServer } from './keycloak.js';
import { stopLeftBehind } from './left-behind.js';
import { postgresServer } from './postgres.js';
import { keycloakTemplateFolder } from './tool-paths.js';

/** The passwords that a data folder copied from the template already has. Random, made once on each machine. */
export interface TemplateSecrets {
  postgres: string;
  keycloakDatabase: string;
  keycloakAdmin: string;
}

/** The administrator that Keycloak made when it first met its database. */
export const KEYCLOAK_ADMIN = 'admin';

/**
 * Makes a PostgreSQL data folder in which Keycloak has created its hundred tables, which takes it some 20 s. Every new
 * installation and every test run copies the folder instead (0.1 s) and has Keycloak up in a third of the time.
 */
export async function makeKeycloakTemplate(env: Record<string, string>): Promise<void> {
  const target = keycloakTemplateFolder();
  if (existsSync(target)) return;
  const draft = `${target}.draft`;
  await stopLeftBehind(join(draft, 'pids'));
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  const password = (): string => randomBytes(18).toString('base64url');
  const secrets: TemplateSecrets = { postgres: password(), keycloakDatabase: password(), keycloakAdmin: password() };
  writeFileSync(join(draft, 'secrets.json'), JSON.stringify(secrets), { mode: 0o600 });
  const common = { env, pidFolder: join(draft, 'pids') };
  const postgres = await postgresServer({
    ...common,
    dataFolder: join(draft, 'data'),
    port: await freePort(),
    password: secrets.postgres,
    logFile: join(draft, 'postgres.log'),
    durable: false,
  });
  const leave = async (): Promise<void> => {
    await keycloak?.process.stop();
    await postgres.process.stop();
  };
  let keycloak: ReturnType<typeof keycloakServer> | undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void leave().then(() => process.exit(130)));
  try {
    await postgres.process.start();
    keycloak = keycloakServer({
      ...common,
      port: await freePort(),
      managementPort: await freePort(),
      databaseUrl: await ensureOwnedDatabase(postgres.superuserUrl('postgres'), 'keycloak', secrets.keycloakDatabase),
      admin: { username: KEYCLOAK_ADMIN, password: secrets.keycloakAdmin },
      logFile: join(draft, 'keycloak.log'),
    });
    await keycloak.process.start();
  } finally {
    await leave();
  }
  rmSync(join(draft, 'pids'), { recursive: true, force: true });
  renameSync(draft, target);
}

export function templateSecrets(): TemplateSecrets {
  return JSON.parse(readFileSync(join(keycloakTemplateFolder(), 'secrets.json'), 'utf8')) as TemplateSecrets;
}
