/** The real servers that a test run shares, as `npm test` hands them to every suite. */
export interface TestServers {
  /** Theirs, removed at the end; a suite may keep files here. */
  folder: string;
  postgres: { superuserUrl: string };
  nats: { url: string; monitoringUrl: string };
  keycloak: { url: string; adminUsername: string; adminPassword: string };
}

/** The name under which the addresses travel. */
export const TEST_SERVERS_VARIABLE = 'RAPPORT_TEST_SERVERS';

/** The servers of this run. A suite that needs them is not started by hand without them. */
export function testServers(): TestServers {
  const value = process.env[TEST_SERVERS_VARIABLE];
  if (!value) {
    throw new Error(
      'This suite needs PostgreSQL, NATS and Keycloak: run it as `npm test -- <path>`, or keep servers up with `npm run test:servers`.',
    );
  }
  return JSON.parse(value) as TestServers;
}

/** What a server process gets of our own environment: where programs and certificates are, the locale, telemetry. */
export function inheritedEnvironment(environment: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const names =
    /^(PATH|HOME|USER|TMPDIR|TZ|LANG|LC_\w+|JAVA_HOME|LOG_LEVEL|NODE_EXTRA_CA_CERTS|SSL_CERT_\w+|OTEL_\w+)$/;
  return Object.fromEntries(
    Object.entries(environment).filter(
      (entry): entry is [string, string] => names.test(entry[0]) && entry[1] !== undefined,
    ),
  );
}
