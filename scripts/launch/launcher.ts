import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureOwnedDatabase, ensureServiceDatabase } from '@rapport/test-kit/servers/databases';
import { KEYCLOAK_ADMIN, templateSecrets } from '@rapport/test-kit/servers/keycloak-template';
import { keycloakServer } from '@rapport/test-kit/servers/keycloak';
import { stopLeftBehind } from '@rapport/test-kit/servers/left-behind';
import { natsServer } from '@rapport/test-kit/servers/nats';
import { type PostgresServer, postgresServer } from '@rapport/test-kit/servers/postgres';
import { ServerSet } from '@rapport/test-kit/servers/server-set';
import { confidentialClients, type Platform, serviceEnvironment } from '@rapport/test-kit/servers/service-environment';
import { grpcServiceNames, type ServiceName, serviceNames } from '@rapport/test-kit/servers/service-names';
import { serviceProcess, withoutEntry } from '@rapport/test-kit/servers/service-process';
import { keycloakTemplateFolder, projectFolder } from '@rapport/test-kit/servers/tool-paths';
import { CLI_CLIENT } from '../../deploy/keycloak/definition.ts';
import type { Progress } from '../progress.mjs';
import type { StartOptions } from './arguments.ts';
import type { LaunchConfig } from './config.ts';
import type { Addresses, Login } from './page.ts';
import { choosePorts, portOf } from './ports.ts';
import { type RealmSetup, setUpRealm } from './realm-setup.ts';
import type { RunFolder } from './run-folder.ts';
import { completeSecrets, type Secrets } from './secrets.ts';
import { Tasks } from './tasks.ts';

const HOST = '127.0.0.1';
const REALM = 'rapport';

type Urls = Record<string, { appUrl: string; ownerUrl: string }>;

/** One platform on this machine: started in the order in which its parts need each other, stopped in the reverse. */
export class Launcher {
  private readonly set = new ServerSet();
  private readonly tasks = new Tasks();
  private readonly options: StartOptions;
  private readonly config: LaunchConfig;
  private readonly run: RunFolder;
  private readonly progress: Progress;
  private ports: Record<string, number> = {};
  private keycloakAdmin = { username: '', password: '' };
  private secrets: Secrets = completeSecrets(undefined, undefined);

  constructor(options: StartOptions, config: LaunchConfig, run: RunFolder, progress: Progress) {
    this.options = options;
    this.config = config;
    this.run = run;
    this.progress = progress;
  }

  get isLeaving(): boolean {
    return this.set.isLeaving;
  }

  async start(): Promise<Addresses> {
    const notCompiled = withoutEntry(serviceNames);
    if (notCompiled.length > 0) {
      throw new Error(
        `Not compiled, so not to be started: ${notCompiled.join(', ')} (no dist/main.js; see npm run build).`,
      );
    }
    await this.prepareFolder();
    const postgres = await this.postgres();
    // The services need Keycloak for the first call, not to start; so the two slowest go side by side. Not the first
    // time: a service that asks for rights which are just being written would believe for a while that it has none.
    // The gateway is the door: it opens when there is something behind it.
    const keycloak = this.keycloak(postgres);
    const rights = this.run.read('realm.json') === undefined ? keycloak : undefined;
    const [realm, platform] = await Promise.all([keycloak, this.backends(postgres, rights)]);
    await this.services('gateway', ['gateway'], platform);
    return this.demoCompany(realm);
  }

  async stop(): Promise<void> {
    this.tasks.kill();
    await this.progress.step('stopping', () => this.set.stop());
  }

  kill(): void {
    this.tasks.kill();
    this.set.kill();
  }

  private async prepareFolder(): Promise<void> {
    const { run } = this;
    const left = await stopLeftBehind(run.at('pids'));
    if (left.length > 0) this.progress.line(`  stopped what a killed run had left behind: ${left.join(', ')}`);
    if (this.options.fresh) run.clear();
    this.ports = await choosePorts(run.read('ports.json'), this.config.gatewayPort);
    run.write('ports.json', this.ports);
    const copiesTemplate = !this.config.keycloak && !existsSync(run.at('postgres'));
    this.secrets = completeSecrets(run.read('secrets.json'), copiesTemplate ? templateSecrets() : undefined);
    run.write('secrets.json', this.secrets);
  }

  /** Starts PostgreSQL unless nothing of ours would use it. */
  private async postgres(): Promise<PostgresServer | undefined> {
    const { config, run, secrets } = this;
    if (config.keycloak && serviceNames.every((service) => config.databases[service])) return undefined;
    const server = await postgresServer({
      ...this.common('postgres'),
      dataFolder: run.at('postgres'),
      port: portOf(this.ports, 'postgres'),
      password: secrets.postgres,
      ...(config.keycloak ? {} : { template: join(keycloakTemplateFolder(), 'data') }),
      durable: true,
    });
    await this.progress.step('PostgreSQL', () => this.set.start(server.process, 0));
    return server;
  }

  /** Makes the databases that are missing and migrates all of them. */
  private async databases(postgres: PostgresServer | undefined): Promise<Urls> {
    const urls: Urls = {};
    for (const service of serviceNames) {
      const given = this.config.databases[service];
      const passwords = this.secrets.databases[service];
      if (given) urls[service] = given;
      else if (postgres && passwords) {
        const name = { database: `rapport_${service}`, ownerRole: `${service}_owner`, appRole: `${service}_app` };
        urls[service] = await ensureServiceDatabase(postgres.superuserUrl('postgres'), name, passwords);
      }
    }
    const variables = Object.entries(urls).flatMap(([service, { appUrl, ownerUrl }]) => [
      [`DATABASE_URL_${service.toUpperCase()}`, appUrl],
      [`DATABASE_OWNER_URL_${service.toUpperCase()}`, ownerUrl],
    ]);
    await this.progress.step('database migrations', () =>
      this.task(
        'migrate',
        ['scripts/migrate.ts', ...serviceNames],
        Object.fromEntries(variables) as Record<string, string>,
      ),
    );
    return urls;
  }

  private async nats(): Promise<string> {
    if (this.config.natsUrl) return this.config.natsUrl;
    const server = natsServer({
      ...this.common('nats'),
      folder: this.run.at('nats'),
      port: portOf(this.ports, 'nats'),
      monitoringPort: portOf(this.ports, 'natsMonitoring'),
    });
    await this.progress.step('NATS', () => this.set.start(server.process, 1));
    return server.url;
  }

  /** Starts Keycloak and brings its realm into step with the contracts and the access matrix. */
  private async keycloak(postgres: PostgresServer | undefined): Promise<RealmSetup> {
    const server = this.config.keycloak ?? (await this.embeddedKeycloak(postgres));
    this.keycloakAdmin = server.admin;
    const wanted = {
      keycloakUrl: server.url,
      admin: server.admin,
      realm: REALM,
      clientSecrets: this.secrets.clients,
      publicUrl: this.publicUrl,
      cli: true, // scripts log in with a password here; an installation by the chart never has this client
      users: { admin: { password: this.secrets.administrator }, importer: { password: this.secrets.importer } },
    };
    const apply = (): Promise<void> => this.task('realm', ['scripts/launch/apply-realm.ts', this.run.path], {});
    return this.progress.step('access rules in Keycloak', () => setUpRealm(this.run, wanted, apply));
  }

  private async embeddedKeycloak(postgres: PostgresServer | undefined): Promise<NonNullable<LaunchConfig['keycloak']>> {
    if (!postgres) throw new Error('Keycloak needs PostgreSQL, which was not started.');
    const server = keycloakServer({
      ...this.common('keycloak'),
      port: portOf(this.ports, 'keycloak'),
      managementPort: portOf(this.ports, 'keycloakManagement'),
      databaseUrl: await ensureOwnedDatabase(
        postgres.superuserUrl('postgres'),
        'keycloak',
        this.secrets.keycloakDatabase,
      ),
      admin: { username: KEYCLOAK_ADMIN, password: this.secrets.keycloakAdmin },
    });
    await this.progress.step('Keycloak', () => this.set.start(server.process, 1));
    return server;
  }

  private platform(databases: Urls, natsUrl: string): Platform {
    const { config, ports, run, secrets } = this;
    const portsOf = (names: readonly string[], kind: string): Record<string, number> =>
      Object.fromEntries(names.map((name) => [name, portOf(ports, `${name}.${kind}`)]));
    mkdirSync(run.at('files'), { recursive: true });
    return {
      ports: {
        gateway: portOf(ports, 'gateway'),
        grpc: portsOf(grpcServiceNames, 'grpc'),
        health: portsOf(serviceNames, 'health'),
      },
      publicUrl: this.publicUrl,
      databaseUrls: Object.fromEntries(Object.entries(databases).map(([service, { appUrl }]) => [service, appUrl])),
      natsUrl,
      keycloakUrl: this.keycloakUrl,
      realm: REALM,
      clientSecrets: secrets.clients,
      allowedAzp: [...confidentialClients, CLI_CLIENT],
      pageTokenSecret: secrets.pageToken,
      sessionSecret: secrets.session,
      clickhouse: config.clickhouseUrl ? { url: config.clickhouseUrl } : { folder: run.at('clickhouse') },
      filesUrl: config.filesUrl ?? pathToFileURL(run.at('files')).href,
      // What a service compiled once it need not compile again: a third of its start.
      inherited: { ...config.inherited, NODE_COMPILE_CACHE: join(projectFolder, '.cache/node') },
    };
  }

  private async backends(
    postgres: PostgresServer | undefined,
    rights: Promise<unknown> | undefined,
  ): Promise<Platform> {
    const [databases, natsUrl] = await Promise.all([this.databases(postgres), this.nats()]);
    const platform = this.platform(databases, natsUrl);
    await rights;
    await this.services('services', grpcServiceNames, platform);
    return platform;
  }

  private async services(title: string, names: readonly ServiceName[], platform: Platform): Promise<void> {
    const waiting = new Set(names);
    await this.progress.step(title, async (update) => {
      await Promise.all(
        names.map(async (service) => {
          const env = serviceEnvironment(service, platform);
          const healthPort = portOf(this.ports, `${service}.health`);
          const process = serviceProcess({ ...this.common(service), service, env, healthPort });
          await this.set.start(process, service === 'gateway' ? 3 : 2);
          waiting.delete(service);
          update(`waiting for ${[...waiting].join(', ')}`);
        }),
      );
    });
  }

  /** Writes the addresses, and loads the demo company through the public API if it is wanted and not there yet. */
  private async demoCompany(realm: RealmSetup): Promise<Addresses> {
    const { run } = this;
    const addresses = this.addresses(realm, run.read<Login[]>('demo-logins.json') ?? []);
    run.write('addresses.json', addresses);
    if (!this.options.demo || run.read('demo-loaded.json') || !existsSync(join(projectFolder, 'scripts/demo.ts'))) {
      return addresses;
    }
    const env = {
      ADDRESSES_FILE: run.at('addresses.json'),
      DEMO_LOGINS_FILE: run.at('demo-logins.json'),
      DEMO_PASSWORD: this.secrets.demo,
      KEYCLOAK_ADMIN_USERNAME: this.keycloakAdmin.username,
      KEYCLOAK_ADMIN_PASSWORD: this.keycloakAdmin.password,
    };
    await this.progress.step('demo company', () => this.task('demo', ['scripts/demo.ts'], env));
    const complete = this.addresses(realm, run.read<Login[]>('demo-logins.json') ?? []);
    run.write('addresses.json', complete);
    // Last, so that an interrupted load is taken up again: it creates only what is not there.
    run.write('demo-loaded.json', { at: new Date().toISOString() });
    return complete;
  }

  private addresses(realm: RealmSetup, demoLogins: Login[]): Addresses {
    const address = (service: string, kind: string): string => `${HOST}:${portOf(this.ports, `${service}.${kind}`)}`;
    return {
      gateway: this.publicUrl,
      keycloak: realm.keycloakUrl,
      realm: REALM,
      clientId: realm.clientId,
      users: [...realm.users, ...(this.options.demo ? demoLogins : [])],
      services: Object.fromEntries(
        serviceNames.map((service) => [
          service,
          {
            grpc: service === 'gateway' ? null : address(service, 'grpc'),
            health: `http://${address(service, 'health')}`,
          },
        ]),
      ),
    };
  }

  private get keycloakUrl(): string {
    return this.config.keycloak?.url ?? `http://${HOST}:${portOf(this.ports, 'keycloak')}`;
  }

  private get publicUrl(): string {
    return `http://${HOST}:${portOf(this.ports, 'gateway')}`;
  }

  private common(name: string): {
    env: Record<string, string>;
    logFile: string;
    pidFolder: string;
    onRestart: (sentence: string) => void;
  } {
    return {
      env: this.config.inherited,
      logFile: this.run.logFile(name),
      pidFolder: this.run.at('pids'),
      onRestart: (sentence) => this.progress.line(`${new Date().toISOString().slice(11, 19)} ${sentence}`),
    };
  }

  private task(name: string, args: string[], env: Record<string, string>): Promise<void> {
    const logFile = this.run.logFile(name);
    return this.tasks.run(name, args, { cwd: projectFolder, env: { ...this.config.inherited, ...env }, logFile });
  }
}
