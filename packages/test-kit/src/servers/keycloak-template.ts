import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keycloakTemplateFolder } from './tool-paths.js';

/** The passwords that a data folder copied from the template already has. Random, made once on each machine. */
export interface TemplateSecrets {
  postgres: string;
  keycloakDatabase: string;
  keycloakAdmin: string;
}

/** The administrator that Keycloak made when it first met its database (`scripts/keycloak-tables.mjs`). */
export const KEYCLOAK_ADMIN = 'admin';

export function templateSecrets(): TemplateSecrets {
  return JSON.parse(readFileSync(join(keycloakTemplateFolder(), 'secrets.json'), 'utf8')) as TemplateSecrets;
}
