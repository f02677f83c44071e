import { join } from 'node:path';
import { createClient, RawClient, type ServiceClient } from '@rapport/service-kit/grpc';
import { inheritedEnvironment, testServers } from './config.js';
import { freePort } from './servers/free-port.js';
import type { ManagedProcess } from './servers/managed-process.js';
import type { ServiceName } from './servers/service-names.js';
import { serviceProcess } from './servers/service-process.js';
import { TestDatabase } from './service-database.js';
import type { LoggedIn, TestRealm } from './test-realm.js';

type Typed = Parameters<typeof createClient>[0];

/**
 * Another service that the tested one calls: compiled, as the process that it is in production, with a database of its
 * own. A service's tests import no sibling, just as the service does not.
 */
export class NeighbourService {
  private readonly channel: RawClient;

  private constructor(
    private readonly process: ManagedProcess,
    private readonly database: TestDatabase,
    /** `host:port` of its gRPC. */
    readonly address: string,
  ) {
    this.channel = new RawClient(address, { timeoutMs: 20_000 });
  }

  static async start(
    service: ServiceName,
    realm: TestRealm,
    addresses: Readonly<Record<string, string>> = {},
  ): Promise<NeighbourService> {
    const database = await TestDatabase.make(service);
    const { folder, nats } = testServers();
    const [grpcPort, healthPort] = [await freePort(), await freePort()];
    const process = serviceProcess({
      service,
      healthPort,
      logFile: join(folder, 'logs', `${service}-${grpcPort}.log`),
      pidFolder: join(folder, 'pids', `${service}-${grpcPort}`),
      env: {
        ...inheritedEnvironment(),
        ...realm.environment(service),
        ...addresses,
        HEALTH_PORT: String(healthPort),
        GRPC_PORT: String(grpcPort),
        DATABASE_URL: database.appUrl,
        NATS_URL: nats.url,
        PAGE_TOKEN_SECRET: 'a secret of tests for page tokens',
        DRAIN_MS: '2000',
      },
    });
    await process.start();
    return new NeighbourService(process, database, `127.0.0.1:${grpcPort}`);
  }

  /** A client that calls as somebody. */
  as<D extends Typed>(who: LoggedIn, definition: D): ServiceClient<D> {
    return createClient(definition, this.channel, { ownToken: async () => who.token });
  }

  async stop(): Promise<void> {
    this.channel.close();
    await this.process.stop();
    await this.database.drop();
  }
}
