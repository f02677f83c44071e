import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { loadConfig } from '@rapport/service-kit/config';
import { type RunningProcess, startProcess } from '@rapport/service-kit/lifecycle';
import { migrate } from '@rapport/service-kit/migrate';
import { inheritedEnvironment, testServers } from '@rapport/test-kit/config';
import { dropDatabase, ensureServiceDatabase } from '@rapport/test-kit/servers/databases';
import { freePort } from '@rapport/test-kit/servers/free-port';
import type { ManagedProcess } from '@rapport/test-kit/servers/managed-process';
import type { ServiceName } from '@rapport/test-kit/servers/service-names';
import { serviceProcess } from '@rapport/test-kit/servers/service-process';
import { projectFolder } from '@rapport/test-kit/servers/tool-paths';
import { AdminApi } from '../../../deploy/keycloak/admin-api.ts';
import { createLogin, employeeAttributes } from '../../../deploy/keycloak/logins.ts';
import { type WantedRealm, applyRealm } from '../../../deploy/keycloak/realm.ts';
import { gatewaySchema } from '../src/config.js';
import { gatewayProcess } from '../src/gateway-process.js';

// The servers are shared with all suites, and the first exchange of a realm alone may take Keycloak a second.
jest.setTimeout(60_000);

export const PASSWORD = 'a password of tests';
const SERVICES = ['contacts', 'deals', 'billing', 'marketing', 'quality', 'analytics'];
const uuid = (n: number): string => `01981111-0000-7000-8000-${String(n).padStart(12, '0')}`;

/** The one branch and department of the test's people. */
export const BRANCH_ID = uuid(1);
export const DEPARTMENT_ID = uuid(3);

export interface World {
  readonly keycloakUrl: string;
  readonly realm: string;
  readonly api: AdminApi;
  readonly clientSecrets: Readonly<Record<string, string>>;
  readonly publicUrl: string;
  readonly port: number;
  /** A login of this role, with an employee of its own. Returns Keycloak's user id. */
  person(username: string, roles: string[]): Promise<string>;
  token(username: string): Promise<string>;
  database(service: string): Promise<{ appUrl: string; ownerUrl: string }>;
  remove(): Promise<void>;
}

/** A realm of its own and databases of its own on the servers of the run. */
export async function createWorld(): Promise<World> {
  const { keycloak, postgres } = testServers();
  const suffix = randomBytes(4).toString('hex');
  const realm = `gateway-${suffix}`;
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const clientSecrets = Object.fromEntries(
    ['gateway', ...SERVICES.map((name) => `svc-${name}`)].map((name) => [name, `secret of ${name}, for tests`]),
  );
  const wanted: WantedRealm = {
    keycloakUrl: keycloak.url,
    admin: { username: keycloak.adminUsername, password: keycloak.adminPassword },
    realm,
    clientSecrets,
    publicUrl,
    cli: true,
    users: { admin: { password: PASSWORD }, importer: { password: PASSWORD } },
  };
  await applyRealm(wanted);
  const api = new AdminApi(wanted, realm);
  const databases: { database: string; roles: string[] }[] = [];
  let people = 100;
  return {
    keycloakUrl: keycloak.url,
    realm,
    api,
    clientSecrets,
    publicUrl,
    port,
    person: (username, roles) =>
      createLogin(api, {
        username,
        password: PASSWORD,
        roles,
        attributes: employeeAttributes({
          employeeId: uuid(people++),
          branchIds: [BRANCH_ID],
          departmentPaths: [`${uuid(2)}/${DEPARTMENT_ID}`],
          homeBranchId: BRANCH_ID,
          homeDepartmentId: DEPARTMENT_ID,
        }),
      }),
    async token(username) {
      const response = await fetch(`${keycloak.url}/realms/${realm}/protocol/openid-connect/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'password',
          client_id: 'rapport-demo-cli',
          username,
          password: PASSWORD,
        }),
      });
      const body = (await response.json()) as { access_token?: string; error?: string };
      if (body.access_token === undefined) throw new Error(body.error);
      return body.access_token;
    },
    async database(service) {
      const name = `t_${suffix}_${service}`;
      const made = await ensureServiceDatabase(
        postgres.superuserUrl,
        { database: name, ownerRole: `${name}_owner`, appRole: `${name}_app` },
        { owner: suffix, app: suffix },
      );
      databases.push({ database: name, roles: [`${name}_owner`, `${name}_app`] });
      await migrate({ ...made, directories: [join(projectFolder, 'services', service, 'prisma/migrations')] });
      return made;
    },
    async remove() {
      await Promise.all(databases.map(({ database, roles }) => dropDatabase(postgres.superuserUrl, database, roles)));
      await api.delete('/');
    },
  };
}

export interface GatewayUnderTest extends RunningProcess {
  readonly url: string;
}

/** Starts the gateway in this process, on the world's port; services that are not named are not there. */
export async function startGateway(world: World, env: Record<string, string> = {}): Promise<GatewayUnderTest> {
  const { appUrl } = await world.database('gateway');
  const nowhere = `127.0.0.1:${await freePort()}`;
  const config = loadConfig(gatewaySchema, {
    ...Object.fromEntries(SERVICES.map((name) => [`${name.toUpperCase()}_URL`, nowhere])),
    HEALTH_PORT: '0',
    PORT: String(world.port),
    PUBLIC_URL: world.publicUrl,
    DATABASE_URL: appUrl,
    NATS_URL: testServers().nats.url,
    KEYCLOAK_URL: world.keycloakUrl,
    KEYCLOAK_REALM: world.realm,
    OIDC_CLIENT_SECRET: world.clientSecrets.gateway,
    ALLOWED_AZP: 'rapport-web,rapport-demo-cli',
    SESSION_SECRET: 'a secret for sessions of tests, long enough',
    DRAIN_MS: '5000',
    ...env,
  });
  let url = '';
  const running = await startProcess(gatewayProcess(config, (address) => (url = address)));
  return { ...running, url };
}

/** Starts another service as the process that it is in production. Returns the address of its gRPC and how to end it. */
export async function startService(
  world: World,
  service: ServiceName,
  env: Record<string, string> = {},
): Promise<{ address: string; process: ManagedProcess }> {
  const { appUrl } = await world.database(service);
  const { folder, nats } = testServers();
  const [grpcPort, healthPort] = [await freePort(), await freePort()];
  const process = serviceProcess({
    service,
    healthPort,
    logFile: join(folder, 'logs', `${world.realm}-${service}.log`),
    pidFolder: join(folder, 'pids', world.realm),
    env: {
      ...inheritedEnvironment(),
      HOST: '127.0.0.1',
      HEALTH_PORT: String(healthPort),
      GRPC_PORT: String(grpcPort),
      DATABASE_URL: appUrl,
      NATS_URL: nats.url,
      KEYCLOAK_URL: world.keycloakUrl,
      KEYCLOAK_REALM: world.realm,
      OIDC_CLIENT_SECRET: world.clientSecrets[`svc-${service}`] ?? '',
      ALLOWED_AZP: ['rapport-web', 'rapport-demo-cli', ...SERVICES.map((name) => `svc-${name}`)].join(','),
      PAGE_TOKEN_SECRET: 'a secret for page tokens of tests',
      ...env,
    },
  });
  await process.start();
  return { address: `127.0.0.1:${grpcPort}`, process };
}
