import { inheritedEnvironment } from '@rapport/test-kit/config';
import { type ServiceName, serviceNames } from '@rapport/test-kit/servers/service-names';

/** Parts of the platform that the environment replaces by servers of somebody else's; those are not started here. */
export interface LaunchConfig {
  databases: Partial<Record<ServiceName, { appUrl: string; ownerUrl: string }>>;
  natsUrl?: string;
  keycloak?: { url: string; admin: { username: string; password: string } };
  clickhouseUrl?: string;
  filesUrl?: string;
  /** Where everything of this platform lives; tests give one of their own. */
  runFolder?: string;
  /** The gateway's port, 0 for any; when absent, 8080 or the next that is free. */
  gatewayPort?: number;
  /** Handed on to every process. */
  inherited: Record<string, string>;
}

/** Reads the environment; throws all faults at once, one sentence a line. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): LaunchConfig {
  const faults: string[] = [];
  const url = (name: string, schemes: string[]): string | undefined => {
    const value = env[name];
    if (!value) return undefined;
    if (!URL.canParse(value) || !schemes.includes(new URL(value).protocol.slice(0, -1))) {
      faults.push(`${name} is not an address that begins with ${schemes.map((scheme) => `${scheme}:`).join(' or ')}.`);
    }
    return value.replace(/\/+$/, '');
  };
  const config: LaunchConfig = { databases: {}, inherited: inheritedEnvironment(env) };
  for (const service of serviceNames) {
    const upper = service.toUpperCase();
    const appUrl = url(`DATABASE_URL_${upper}`, ['postgresql', 'postgres']);
    const ownerUrl = url(`DATABASE_OWNER_URL_${upper}`, ['postgresql', 'postgres']);
    if (appUrl && ownerUrl) config.databases[service] = { appUrl, ownerUrl };
    else if (appUrl || ownerUrl) {
      faults.push(
        `DATABASE_URL_${upper} and DATABASE_OWNER_URL_${upper} belong together: one runs the service, the other migrates.`,
      );
    }
  }
  if (env.RUN_FOLDER) config.runFolder = env.RUN_FOLDER;
  if (env.GATEWAY_PORT) {
    if (/^\d{1,5}$/.test(env.GATEWAY_PORT)) config.gatewayPort = Number(env.GATEWAY_PORT);
    else faults.push('GATEWAY_PORT is not a port number.');
  }
  config.natsUrl = url('NATS_URL', ['nats', 'tls', 'wss', 'ws']);
  config.clickhouseUrl = url('CLICKHOUSE_URL', ['http', 'https']);
  config.filesUrl = url('FILES_URL', ['file', 's3', 'http', 'https']);
  const keycloakUrl = url('KEYCLOAK_URL', ['http', 'https']);
  if (keycloakUrl) {
    const { KEYCLOAK_ADMIN_USERNAME: username, KEYCLOAK_ADMIN_PASSWORD: password } = env;
    if (username && password) config.keycloak = { url: keycloakUrl, admin: { username, password } };
    else faults.push('KEYCLOAK_URL needs KEYCLOAK_ADMIN_USERNAME and KEYCLOAK_ADMIN_PASSWORD, to set up the realm.');
  }
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return config;
}
