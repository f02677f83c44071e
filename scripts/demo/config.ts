/** What the demo loader is told by the launcher, or by a test. */
export interface DemoConfig {
  readonly addressesFile: string;
  /** Written by the loader: who can log in. */
  readonly loginsFile: string;
  /** Shared by all logins of the demo company. */
  readonly password: string;
  readonly keycloakAdmin: { readonly username: string; readonly password: string };
}

/** Reads the environment; throws all that is missing at once. */
export function readDemoConfig(env: NodeJS.ProcessEnv = process.env): DemoConfig {
  const names = [
    'ADDRESSES_FILE',
    'DEMO_LOGINS_FILE',
    'DEMO_PASSWORD',
    'KEYCLOAK_ADMIN_USERNAME',
    'KEYCLOAK_ADMIN_PASSWORD',
  ];
  const missing = names.filter((name) => !env[name]);
  if (missing.length > 0) throw new Error(`The demo loader needs ${missing.join(', ')}; npm start sets them.`);
  const value = (name: string): string => env[name] ?? '';
  return {
    addressesFile: value('ADDRESSES_FILE'),
    loginsFile: value('DEMO_LOGINS_FILE'),
    password: value('DEMO_PASSWORD'),
    keycloakAdmin: { username: value('KEYCLOAK_ADMIN_USERNAME'), password: value('KEYCLOAK_ADMIN_PASSWORD') },
  };
}
