import { Global, Module } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, ModuleRef } from '@nestjs/core';
import { EventJournalServiceService } from '@rapport/contracts/rapport/event/v1/event';
import { ServiceClient } from '../access/service-client.js';
import { createClient } from '../grpc/client.js';
import { KitRpcs } from '../grpc/kit-rpcs.js';
import { LIFECYCLE_ORDER, Lifecycle } from '../lifecycle/lifecycle.js';
import { ServiceSettings } from '../lifecycle/service-settings.js';
import { type RegisteredConsumer, consumerOf } from './declaration.js';
import { EventsRuntime } from './events-runtime.js';
import type { Journal } from './journal.js';
import { LocalCopies } from './local-copies.js';
import { type HandlerEnvironment, HandlerTransactions } from './processing.js';

/**
 * Gives a service its events: add it to the imports of AppModule, nothing more. It serves the journal, publishes what
 * the outbox holds and runs every provider that declares a consumer. The addresses of the services whose events are
 * consumed come from the configuration (`calls`); each service consumes contacts', for branches and departments.
 */
@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [
    { provide: EventsRuntime, useFactory: makeRuntime, inject: [ServiceSettings, ServiceClient, ModuleRef] },
    { provide: LocalCopies, useFactory: (runtime: EventsRuntime) => runtime.copies, inject: [EventsRuntime] },
  ],
  exports: [EventsRuntime, LocalCopies],
})
export class EventsModule {
  constructor(runtime: EventsRuntime, discovery: DiscoveryService, lifecycle: Lifecycle, rpcs: KitRpcs) {
    rpcs.add(EventJournalServiceService, {
      replayEvents: (request) => runtime.journal.replayEvents(request),
      digestEvents: (request) => runtime.journal.digestEvents(request),
    });
    lifecycle.add({
      name: 'event relay',
      order: LIFECYCLE_ORDER.RELAY,
      start: async () => runtime.startRelay(),
      stop: () => runtime.stop(),
    });
    lifecycle.add({
      name: 'event consumers',
      order: LIFECYCLE_ORDER.CONSUMERS,
      start: () => runtime.startConsumers(consumersIn(discovery)),
      stop: () => runtime.stopConsumers(),
    });
  }
}

function consumersIn(discovery: DiscoveryService): RegisteredConsumer[] {
  return discovery.getProviders().flatMap(({ instance }: { instance: unknown }) => {
    const consumer = typeof instance === 'object' && instance !== null ? consumerOf(instance) : undefined;
    return consumer ? [consumer] : [];
  });
}

function makeRuntime(settings: ServiceSettings, client: ServiceClient, modules: ModuleRef): EventsRuntime {
  const { name, config } = settings;
  const ownToken = async (): Promise<string> => (await client.authenticate()).token;
  const journals = new Map<string, Journal>();
  return new EventsRuntime({
    service: name,
    databaseUrl: config.DATABASE_URL,
    natsUrl: config.NATS_URL,
    journalOf: (service) => {
      const known = journals.get(service);
      if (known) return known;
      const variable = `${service.toUpperCase()}_URL`;
      const address = (config as Readonly<Record<string, unknown>>)[variable];
      if (typeof address !== 'string') {
        throw new Error(
          `${name} consumes events of ${service}: its config must name ${variable} (serviceConfig({ calls: ['${service}'] })).`,
        );
      }
      const journal = createClient(EventJournalServiceService, address, { ownToken, timeoutMs: 20_000 });
      journals.set(service, journal);
      return journal;
    },
    environment: environmentOf(client, modules),
  });
}

function environmentOf(client: ServiceClient, modules: ModuleRef): HandlerEnvironment {
  return {
    contextFor: async (rule, traceparent) =>
      rule.resource === ''
        ? { ...(await client.authenticate()), rule, traceparent, clock: () => new Date() }
        : client.serviceContext(rule, { traceparent }),
    // Looked up wherever the service has it, and only when a handler runs: projections need none.
    transaction: (ctx, work) => modules.get(HandlerTransactions, { strict: false }).transaction(ctx, work),
  };
}
