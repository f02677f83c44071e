import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { migrate } from '@rapport/service-kit/migrate';
import { inheritedEnvironment } from '@rapport/test-kit/config';
import { ensureOwnedDatabase, ensureServiceDatabase, type ServiceDatabase } from '@rapport/test-kit/servers/databases';
import { keycloakServer } from '@rapport/test-kit/servers/keycloak';
import { KEYCLOAK_ADMIN, templateSecrets } from '@rapport/test-kit/servers/keycloak-template';
import { stopLeftBehind } from '@rapport/test-kit/servers/left-behind';
import type { ManagedProcess } from '@rapport/test-kit/servers/managed-process';
import { natsServer } from '@rapport/test-kit/servers/nats';
import { type PostgresServer, postgresServer } from '@rapport/test-kit/servers/postgres';
import type { ServerSet } from '@rapport/test-kit/servers/server-set';
import { confidentialClients, type Platform, serviceEnvironment } from '@rapport/test-kit/servers/service-environment';
import { grpcServiceNames, type ServiceName, serviceNames } from '@rapport/test-kit/servers/service-names';
import { serviceProcess, withoutEntry } from '@rapport/test-kit/servers/service-process';
import { keycloakTemplateFolder, projectFolder } from '@rapport/test-kit/servers/tool-paths';
import { AdminApi } from '../../deploy/keycloak/admin-api.ts';
import { createLogin, type Login } from '../../deploy/keycloak/logins.ts';
import { applyRealm } from '../../deploy/keycloak/realm.ts';
import { choosePorts, portOf } from '../launch/ports.ts';
import type { RunFolder } from '../launch/run-folder.ts';
import { completeSecrets } from '../launch/secrets.ts';

const REALM = 'rapport';

/** What the bench needs of the platform: its doors, its processes, and how to log in. */
export interface BenchPlatform {
  gatewayPort: number;
  issuer: string;
  database: ServiceDatabase;
  processes: {
    gateway: ManagedProcess;
    service: ManagedProcess;
    postgres: ManagedProcess;
    keycloak: ManagedProcess;
    nats: ManagedProcess;
  };
  login(login: Login): Promise<() => Promise<string>>;
}

/** PostgreSQL, NATS, Keycloak, deals and the gateway, each as `npm start` runs it, in a folder of their own. */
export async function startPlatform(
  run: RunFolder,
  set: ServerSet,
  seed: (database: ServiceDatabase) => Promise<void>,
  serviceOptions: Record<string, string>,
): Promise<BenchPlatform> {
  const needed = withoutEntry(['deals', 'gateway']);
  if (needed.length > 0) throw new Error(`Not compiled: ${needed.join(', ')} (npm run build).`);
  await stopLeftBehind(run.at('pids'));
  run.clear();
  mkdirSync(run.at('files'));
  const env = inheritedEnvironment();
  const ports = await choosePorts();
  const template = templateSecrets();
  const secrets = completeSecrets(undefined, template);
  const common = (name: string) => ({ env, logFile: run.logFile(name), pidFolder: run.at('pids') });

  const postgres = await postgresServer({
    ...common('postgres'),
    dataFolder: run.at('postgres'),
    port: portOf(ports, 'postgres'),
    password: secrets.postgres,
    template: join(keycloakTemplateFolder(), 'data'),
    durable: true, // what is audited is on the disk before it is shown: part of what is measured
  });
  await set.start(postgres.process, 0);
  const nats = natsServer({
    ...common('nats'),
    folder: run.at('nats'),
    port: portOf(ports, 'nats'),
    monitoringPort: portOf(ports, 'natsMonitoring'),
  });
  const keycloak = keycloakServer({
    ...common('keycloak'),
    port: portOf(ports, 'keycloak'),
    managementPort: portOf(ports, 'keycloakManagement'),
    databaseUrl: await ensureOwnedDatabase(postgres.superuserUrl('postgres'), 'keycloak', secrets.keycloakDatabase),
    admin: { username: KEYCLOAK_ADMIN, password: secrets.keycloakAdmin },
  });
  const publicUrl = `http://127.0.0.1:${portOf(ports, 'gateway')}`;
  const admin = { keycloakUrl: keycloak.url, admin: keycloak.admin };
  const [databases, , { clientId }] = await Promise.all([
    preparedDatabases(postgres, secrets.databases, seed),
    set.start(nats.process, 1),
    set.start(keycloak.process, 1).then(() =>
      applyRealm({
        ...admin,
        realm: REALM,
        clientSecrets: secrets.clients,
        publicUrl,
        cli: true,
        users: { admin: { password: secrets.administrator }, importer: { password: secrets.importer } },
      }),
    ),
  ]);
  if (clientId === undefined) throw new Error('The realm has no client for scripts.');

  const portsOf = (names: readonly string[], kind: string): Record<string, number> =>
    Object.fromEntries(names.map((name) => [name, portOf(ports, `${name}.${kind}`)]));
  const platform: Platform = {
    ports: {
      gateway: portOf(ports, 'gateway'),
      grpc: portsOf(grpcServiceNames, 'grpc'),
      health: portsOf(serviceNames, 'health'),
    },
    publicUrl,
    databaseUrls: Object.fromEntries(Object.entries(databases).map(([name, { appUrl }]) => [name, appUrl])),
    natsUrl: nats.url,
    keycloakUrl: keycloak.url,
    realm: REALM,
    clientSecrets: secrets.clients,
    allowedAzp: [...confidentialClients, clientId],
    pageTokenSecret: secrets.pageToken,
    sessionSecret: secrets.session,
    clickhouse: { folder: run.at('clickhouse') },
    filesUrl: pathToFileURL(run.at('files')).href,
    inherited: { ...env, ...serviceOptions },
  };
  const start = async (
    service: ServiceName,
    tier: number,
    own: Record<string, string> = {},
  ): Promise<ManagedProcess> => {
    const process = serviceProcess({
      ...common(service),
      service,
      env: { ...serviceEnvironment(service, platform), ...own },
      healthPort: portOf(ports, `${service}.health`),
    });
    await set.start(process, tier);
    return process;
  };
  const service = await start('deals', 2);
  // The limiter counts as always; it only must not refuse.
  const gateway = await start('gateway', 3, { RATE_USER_PER_SECOND: '100000', RATE_USER_BURST: '1000000' });

  const issuer = `${keycloak.url}/realms/${REALM}`;
  return {
    gatewayPort: portOf(ports, 'gateway'),
    issuer,
    database: databases.deals as ServiceDatabase,
    processes: { gateway, service, postgres: postgres.process, keycloak: keycloak.process, nats: nats.process },
    login: async (login) => {
      await createLogin(new AdminApi(admin, REALM), login);
      return () => passwordGrant(`${issuer}/protocol/openid-connect/token`, clientId, login);
    },
  };
}

/** The databases of the two processes, migrated; that of deals with its rows. */
async function preparedDatabases(
  postgres: PostgresServer,
  passwords: Record<string, { owner: string; app: string }>,
  seed: (database: ServiceDatabase) => Promise<void>,
): Promise<Record<string, ServiceDatabase>> {
  const prepared: Record<string, ServiceDatabase> = {};
  for (const service of ['deals', 'gateway']) {
    const name = { database: `rapport_${service}`, ownerRole: `${service}_owner`, appRole: `${service}_app` };
    const database = await ensureServiceDatabase(
      postgres.superuserUrl('postgres'),
      name,
      passwords[service] as { owner: string; app: string },
    );
    const directories = ['packages/service-kit/migrations', `services/${service}/prisma/migrations`];
    await migrate({
      ownerUrl: database.ownerUrl,
      appRole: database.appRole,
      directories: directories.map((path) => join(projectFolder, path)),
    });
    prepared[service] = database;
  }
  await seed(prepared.deals as ServiceDatabase);
  return prepared;
}

async function passwordGrant(tokenUrl: string, clientId: string, { username, password }: Login): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'password', client_id: clientId, username, password });
  const response = await fetch(tokenUrl, { method: 'POST', body });
  const answer = (await response.json()) as { access_token?: string; error_description?: string };
  if (!answer.access_token)
    throw new Error(`${username} cannot log in: ${answer.error_description ?? response.status}`);
  return answer.access_token;
}
