import type { ServiceDefinition } from '@grpc/grpc-js';
import { loadConfig, serviceConfig } from '@rapport/service-kit/config';
import { createClient, RawClient, type ServiceClient } from '@rapport/service-kit/grpc';
import { type RunningService, startService } from '@rapport/service-kit/lifecycle';
import { testAuthenticator } from './callers.js';
import { testServers } from './config.js';
import type { TestDatabase } from './service-database.js';
import type { LoggedIn, TestRealm } from './test-realm.js';

type Typed = Parameters<typeof createClient>[0];

export interface TestedServiceOptions {
  readonly name: string;
  readonly appModule: Parameters<typeof startService>[0];
  readonly definitions: readonly (ServiceDefinition & Typed)[];
  readonly database: TestDatabase;
  /** Addresses of the services it calls: `{ CONTACTS_URL: 'host:port' }`. */
  readonly addresses?: Readonly<Record<string, string>>;
  /** Whose tokens it verifies and exchanges; without it, it knows the test's own callers. */
  readonly realm?: TestRealm;
  /** A broker of the suite's own, where the suites of one run would take each other's events. */
  readonly natsUrl?: string;
}

/** A service within the test's own process, on real PostgreSQL and NATS, spoken to by gRPC. */
export class TestedService {
  private readonly channel: RawClient;

  private constructor(
    private readonly running: RunningService,
    readonly address: string,
  ) {
    this.channel = new RawClient(address, { timeoutMs: 20_000 });
  }

  static async start({
    name,
    appModule,
    definitions,
    database,
    addresses = {},
    realm,
    natsUrl,
  }: TestedServiceOptions): Promise<TestedService> {
    const calls = Object.keys(addresses).map((variable) => variable.replace(/_URL$/, '').toLowerCase());
    const config = loadConfig(serviceConfig({ calls: calls as never[] }), {
      ...addresses,
      HEALTH_PORT: '0',
      GRPC_PORT: '0',
      LOG_LEVEL: 'warn',
      DATABASE_URL: database.appUrl,
      NATS_URL: natsUrl ?? testServers().nats.url,
      KEYCLOAK_URL: testServers().keycloak.url,
      OIDC_CLIENT_SECRET: 'a secret that no test uses',
      ALLOWED_AZP: 'tests',
      PAGE_TOKEN_SECRET: 'a secret of tests for page tokens',
      DRAIN_MS: '2000',
      ...realm?.environment(name),
    });
    const authenticator = realm ? undefined : testAuthenticator;
    const running = await startService(appModule, { name, config, grpc: { definitions }, authenticator });
    return new TestedService(running, `127.0.0.1:${running.grpcPort}`);
  }

  /** A client that calls as somebody. */
  as<D extends Typed>(who: LoggedIn, definition: D): ServiceClient<D> {
    return createClient(definition, this.channel, { ownToken: async () => who.token });
  }

  async stop(): Promise<void> {
    this.channel.close();
    await this.running.stop();
  }
}
