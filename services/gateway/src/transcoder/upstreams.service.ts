import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { RawClient } from '@rapport/service-kit/grpc';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config.js';

/** The services behind the gateway: one gRPC channel each, chosen by the proto package of the rpc. */
@Injectable()
export class Upstreams implements OnApplicationShutdown {
  private readonly clients: ReadonlyMap<string, RawClient>;

  constructor(@Inject(GATEWAY_CONFIG) config: GatewayConfig) {
    const addresses = {
      contacts: config.CONTACTS_URL,
      deals: config.DEALS_URL,
      billing: config.BILLING_URL,
      marketing: config.MARKETING_URL,
      quality: config.QUALITY_URL,
      analytics: config.ANALYTICS_URL,
    };
    this.clients = new Map(
      Object.entries(addresses).map(([name, address]) => [
        `rapport.${name}.v1`,
        new RawClient(address, { timeoutMs: config.DEADLINE_MS }),
      ]),
    );
  }

  /** The service that a proto package belongs to. Throws for one that nobody serves: a defect of the contracts. */
  of(protoPackage: string): RawClient {
    const client = this.clients.get(protoPackage);
    if (client === undefined) throw new Error(`No service is known for the proto package ${protoPackage}.`);
    return client;
  }

  onApplicationShutdown(): void {
    for (const client of this.clients.values()) client.close();
  }
}
