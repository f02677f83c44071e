import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { Module } from '@nestjs/common';
import { DealMoved } from '@rapport/contracts/rapport/deals/v1/deal_events';
import { EventJournalServiceService } from '@rapport/contracts/rapport/event/v1/event';
import { Grants, Masks } from '@rapport/service-kit/access';
import { loadConfig, serviceConfig } from '@rapport/service-kit/config';
import {
  type EventOf,
  EventsModule,
  LocalCopies,
  Projection,
  REPLAY_ALL,
  type TimeRange,
} from '@rapport/service-kit/events';
import { createClient } from '@rapport/service-kit/grpc';
import { type RunningService, startService } from '@rapport/service-kit/lifecycle';
import { v7 as uuidv7 } from 'uuid';
import { TestBroker, TestDatabase, dealOf, eventually } from './events-world.js';

jest.setTimeout(60_000);

@Projection({ durable: 'billing--copy-deals', subscribes: [DealMoved] })
class CopyDeals {
  constructor(private readonly copies: LocalCopies) {}
  apply(events: readonly EventOf<[typeof DealMoved]>[]): Promise<void> {
    const rows = events.map(({ aggregateId, version, message }) => ({
      id: aggregateId,
      version,
      name: message.deal?.displayName,
    }));
    return this.copies.applyIfNewer('public.deal_copy', rows);
  }
  digest(range: TimeRange) {
    return this.copies.digest('public.deal_copy', range);
  }
}

@Module({ providers: [CopyDeals] })
class DealCopiesModule {}
@Module({ imports: [EventsModule, DealCopiesModule] })
class BillingModule {}
@Module({ imports: [EventsModule] })
class DealsModule {}

let broker: TestBroker;
let databases: TestDatabase[];
const services: RunningService[] = [];

/** A service of the kit's parts alone; who calls is not what is tested here. */
async function start(module: typeof BillingModule, name: string, database: TestDatabase): Promise<RunningService> {
  const config = loadConfig(serviceConfig({ calls: ['contacts', 'deals'] }), {
    GRPC_PORT: '0',
    HEALTH_PORT: '0',
    KEYCLOAK_URL: 'http://127.0.0.1:9',
    OIDC_CLIENT_SECRET: 'not-used-in-this-test',
    PAGE_TOKEN_SECRET: 'not-used-in-this-test',
    ALLOWED_AZP: 'svc-billing',
    DATABASE_URL: database.database.appUrl,
    NATS_URL: broker.url,
    CONTACTS_URL: '127.0.0.1:9',
    DEALS_URL: `127.0.0.1:${services[0]?.grpcPort ?? 9}`,
  });
  const grants = new Grants([{ rsname: 'event.journal', scopes: ['read@all'] }]);
  const principal = {
    kind: 'service',
    subject: 'billing',
    username: 'service-account-svc-billing',
    azp: 'svc-billing',
    branchIds: [],
    departmentPaths: [],
  } as const;
  const authenticator = {
    authenticate: async (token: string) => ({ principal, grants, masks: Masks.of(grants), token }),
  };
  const service = await startService(module, { name, config, grpc: { definitions: [] }, authenticator });
  services.push(service);
  return service;
}

beforeAll(async () => {
  [broker, ...databases] = await Promise.all([
    TestBroker.start(),
    TestDatabase.make('deals'),
    TestDatabase.make('billing'),
  ]);
});
afterAll(async () => {
  await Promise.all(services.map((service) => service.stop()));
  await broker?.remove();
  await Promise.all(databases.map((database) => database.drop()));
});

it('gives a service its relay, its consumers and its journal by one import', async () => {
  const [dealsDatabase, billingDatabase] = databases as [TestDatabase, TestDatabase];
  const deals = await start(DealsModule, 'deals', dealsDatabase);
  await start(BillingModule, 'billing', billingDatabase);
  const id = uuidv7();
  await dealsDatabase.emit(DealMoved, { aggregateId: id, version: 1, message: { deal: dealOf(id, 'moved') } });
  await eventually(
    () => billingDatabase.rows('select name from deal_copy where id = $1', [id]),
    ([row]) => row?.['name'] === 'moved',
  );

  const journal = createClient(EventJournalServiceService, `127.0.0.1:${deals.grpcPort}`, {
    ownToken: async () => 'a token',
  });
  const page = await eventually(
    () => journal.replayEvents({ ...REPLAY_ALL, aggregateIds: [id] }),
    ({ events }) => events.length === 1,
  );
  const [envelope] = page.events;
  expect(envelope).toMatchObject({ type: DealMoved.$type, aggregateId: id, version: 1n, journalSeq: 1n });
  expect(DealMoved.decode(envelope?.payload ?? new Uint8Array()).deal?.displayName).toBe('moved');
  await expect(journal.replayEvents({ ...REPLAY_ALL, pageSize: 5_000 })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
  });
  journal.close();
});
