import { randomBytes } from 'node:crypto';
import type { TemplateSecrets } from '@rapport/test-kit/servers/keycloak-template';
import { confidentialClients } from '@rapport/test-kit/servers/service-environment';
import { serviceNames } from '@rapport/test-kit/servers/service-names';

/** Every secret of one installation. Made once at its first start; nothing has a secret that is known beforehand. */
export interface Secrets {
  postgres: string;
  keycloakDatabase: string;
  keycloakAdmin: string;
  databases: Record<string, { owner: string; app: string }>;
  clients: Record<string, string>;
  pageToken: string;
  session: string;
  /** Of the people who can log in before there is any employee. */
  administrator: string;
  importer: string;
  /** Shared by all logins of the demo company. */
  demo: string;
}

const random = (): string => randomBytes(24).toString('base64url');

/** Short enough to type, and with the kinds of character that a password policy asks for. */
const typed = (): string => `${randomBytes(6).toString('hex')}-A1`;

/**
 * The secrets of this installation: those it has, and new ones for what it lacks (a service that is new since).
 * `copied` are those that came with a copied data folder.
 */
export function completeSecrets(known: Partial<Secrets> | undefined, copied: TemplateSecrets | undefined): Secrets {
  return {
    postgres: copied?.postgres ?? known?.postgres ?? random(),
    keycloakDatabase: copied?.keycloakDatabase ?? known?.keycloakDatabase ?? random(),
    keycloakAdmin: copied?.keycloakAdmin ?? known?.keycloakAdmin ?? random(),
    databases: Object.fromEntries(
      serviceNames.map((name) => [name, known?.databases?.[name] ?? { owner: random(), app: random() }]),
    ),
    clients: Object.fromEntries(confidentialClients.map((name) => [name, known?.clients?.[name] ?? random()])),
    pageToken: known?.pageToken ?? random(),
    session: known?.session ?? random(),
    administrator: known?.administrator ?? typed(),
    importer: known?.importer ?? typed(),
    demo: known?.demo ?? typed(),
  };
}
