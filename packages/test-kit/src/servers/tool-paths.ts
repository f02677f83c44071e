import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The project's folder, whether this file runs as source or compiled. */
export const projectFolder = join(import.meta.dirname, '../../../..');

const versions = JSON.parse(readFileSync(join(projectFolder, 'scripts/tools.json'), 'utf8')) as Record<string, string>;

/** Where `scripts/bootstrap.mjs` puts the pinned nats-server. */
export function natsServerProgram(): string {
  return fetched(join(projectFolder, '.tools/bin', `nats-server-${versions['nats-server']}`));
}

/** Where `scripts/bootstrap.mjs` unpacks and builds the pinned Keycloak. */
export function keycloakFolder(): string {
  return fetched(join(projectFolder, '.tools', `keycloak-${versions.keycloak}`));
}

function fetched(path: string): string {
  if (!existsSync(path)) throw new Error(`${path} is not there: node scripts/bootstrap.mjs start fetches it.`);
  return path;
}

/** A data folder of PostgreSQL in which Keycloak has already made its tables; the bootstrap makes it. */
export function keycloakTemplateFolder(): string {
  return join(projectFolder, '.tools', `postgres-with-keycloak-${versions.keycloak}`);
}
