import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { BranchCreated, DepartmentCreated, DepartmentUpdated } from '@rapport/contracts/rapport/contacts/v1/organization_events';
import { Branch, Department } from '@rapport/contracts/rapport/contacts/v1/organization';
import { DealCreated, DealUpdated, DealWon } from '@rapport/contracts/rapport/deals/v1/deal_events';
import { DigestEventsRequest_Kind as DigestKind } from '@rapport/contracts/rapport/event/v1/event';
import type { CallContext } from '@rapport/service-kit/access';
import {
  type EventOf,
  type EventsRuntime,
  type EventsSettings,
  LocalCopies,
  Projection,
  REPLAY_ALL,
  Reaction,
  type TimeRange,
  differingHours,
  digestOf,
} from '@rapport/service-kit/events';
import { v7 as uuidv7 } from 'uuid';
import { NO_SWEEPS, TestBroker, TestDatabase, dealOf, effect, eventually, registered, runtimeOf } from './events-world.js';

@Reaction({ durable: 'billing--note-won-deals', subscribes: [DealWon] })
class NoteWonDeals {
  static refuses = new Set<string>();
  async handle(_ctx: CallContext, event: EventOf<[typeof DealWon]>, tx: unknown): Promise<void> {
    if (NoteWonDeals.refuses.has(event.aggregateId)) throw new TypeError('not now');
    await effect(tx, 'reaction', event);
  }
}

const ALL = [DealCreated, DealUpdated, DealWon] as const;

@Projection({ durable: 'billing--copy-deals', subscribes: ALL })
class CopyDeals {
  constructor(private readonly copies: LocalCopies) {}
  apply(events: readonly EventOf<typeof ALL>[]): Promise<void> {
    const rows = events.map(({ aggregateId, version, message }) => ({ id: aggregateId, version, name: message.deal?.displayName }));
    return this.copies.applyIfNewer('public.deal_copy', rows);
  }
  digest(range: TimeRange) {
    return this.copies.digest('public.deal_copy', range);
  }
}

jest.setTimeout(60_000);

let broker: TestBroker;
let deals: TestDatabase;
let billing: TestDatabase;
const running: EventsRuntime[] = [];

function ownerOfDeals(): EventsRuntime {
  const runtime = runtimeOf('deals', deals, broker, { journalOf: () => runtime.journal });
  runtime.startRelay();
  running.push(runtime);
  return runtime;
}

async function consumersOfDeals(owner: EventsRuntime, options: Partial<EventsSettings> = {}): Promise<EventsRuntime> {
  const runtime = runtimeOf('billing', billing, broker, { journalOf: () => owner.journal, ...options });
  running.push(runtime);
  runtime.startRelay();
  await runtime.startConsumers(registered(new NoteWonDeals(), new CopyDeals(runtime.copies)));
  return runtime;
}

const stop = async (runtime: EventsRuntime): Promise<void> => {
  running.splice(running.indexOf(runtime), 1);
  await runtime.stop();
};
const published = () => eventually(() => deals.rows('select 1 from kit.outbox_event where published_at is null'), (rows) => rows.length === 0);
const win = (id: string, version = 1, name = 'a deal') => deals.emit(DealWon, { aggregateId: id, version, message: { deal: dealOf(id, name) } });
const copies = async (ids: string[]) => (await billing.rows<{ id: string }>('select id from deal_copy where id = any($1)', [ids])).length;
const reactions = async (ids: string[]) => (await billing.rows('select 1 from effect where aggregate_id = any($1)', [ids])).length;
const many = (count: number) => Array.from({ length: count }, () => uuidv7());

beforeAll(async () => {
  broker = await TestBroker.start();
}, 60_000);
afterEach(async () => {
  NoteWonDeals.refuses.clear();
  await Promise.all(running.splice(0).map((runtime) => runtime.stop()));
  await Promise.all([deals, billing].map((database) => database.drop()));
}, 60_000);
afterAll(() => broker.remove(), 60_000);

async function fresh(): Promise<void> {
  [deals, billing] = await Promise.all([TestDatabase.make('deals'), TestDatabase.make('billing')]);
  const { nc, jsm } = await broker.client();
  for await (const { config } of jsm.streams.list()) await jsm.streams.delete(config.name);
  await nc.close();
}

describe('a broker that forgets', () => {
  it('heals by itself when its whole store is deleted', async () => {
    await fresh();
    const owner = ownerOfDeals();
    const consumers = await consumersOfDeals(owner);
    const before = many(50);
    await Promise.all(before.map((id) => win(id)));
    await eventually(() => reactions(before), (count) => count === 50);
    await stop(consumers);
    // Acknowledged by the broker, seen by nobody.
    const lost = many(50);
    await Promise.all(lost.map((id) => win(id)));
    await published();
    await broker.restart({ keepStore: false });
    await consumersOfDeals(owner);
    const after = many(50);
    await Promise.all(after.map((id) => win(id)));
    await eventually(() => reactions([...lost, ...after]), (count) => count === 100, 30_000);
    await eventually(() => copies([...lost, ...after]), (count) => count === 100, 30_000);
    expect(await reactions(before)).toBe(50);
  });

  it('is noticed while everybody is at work', async () => {
    await fresh();
    const owner = ownerOfDeals();
    const consumers = await consumersOfDeals(owner);
    const first = many(20);
    await Promise.all(first.map((id) => win(id)));
    await eventually(() => reactions(first), (count) => count === 20);
    const restarted = broker.restart({ keepStore: false });
    const meanwhile = many(50);
    await Promise.all(meanwhile.map((id) => win(id))); // commands do not wait for the broker
    await restarted;
    await eventually(() => reactions(meanwhile), (count) => count === 50, 30_000);
    await eventually(() => copies([...first, ...meanwhile]), (count) => count === 70, 30_000);
    await eventually(() => consumers.status.brokerConnected, Boolean);
    expect(await reactions([...first, ...meanwhile])).toBe(70);
  });

  it('lets events wait and go out when it is back', async () => {
    await fresh();
    const owner = ownerOfDeals();
    await consumersOfDeals(owner);
    const first = many(5);
    await Promise.all(first.map((id) => win(id)));
    await eventually(() => reactions(first), (count) => count === 5);
    await broker.stop();
    const waiting = many(100);
    await Promise.all(waiting.map((id) => win(id)));
    await broker.restart({ keepStore: true });
    await eventually(() => reactions(waiting), (count) => count === 100, 30_000);
    await eventually(() => copies(waiting), (count) => count === 100, 30_000);
  });
});

describe('without a broker', () => {
  it('a service starts, takes writes and leaves', async () => {
    await fresh();
    await broker.stop();
    try {
      const owner = ownerOfDeals();
      const consumers = await consumersOfDeals(owner);
      await win(uuidv7());
      await eventually(() => consumers.status, ({ brokerConnected, relayLeader }) => !brokerConnected && relayLeader);
      const began = performance.now();
      await stop(consumers);
      await stop(owner);
      expect(performance.now() - began).toBeLessThan(3_000);
    } finally {
      await broker.restart({ keepStore: true });
    }
  });
});

describe('the sweeper', () => {
  it('brings events that are in the journal and were never on the stream', async () => {
    await fresh();
    const owner = ownerOfDeals();
    await consumersOfDeals(owner);
    const first = uuidv7();
    await win(first);
    await eventually(() => reactions([first]), (count) => count === 1);
    const ids = many(30);
    for (const [index, id] of ids.entries()) {
      await deals.owner.query(
        `insert into kit.outbox_event (event_id, aggregate_id, version, type, payload, published_at, journal_seq) values ($1, $2, 1, $3, $4, now(), $5)`,
        [uuidv7(), id, DealWon.$type, Buffer.from(DealWon.encode({ deal: dealOf(id) }).finish()), 1_000 + index],
      );
    }
    await eventually(() => reactions(ids), (count) => count === 30);
    await eventually(() => copies(ids), (count) => count === 30);
  });

  it('rebuilds a projection from nothing and corrects one that fell behind', async () => {
    await fresh();
    const owner = ownerOfDeals();
    const consumers = await consumersOfDeals(owner, { tuning: { sweeper: { ...NO_SWEEPS, graceMs: 100 } } });
    const ids = many(40);
    await Promise.all(ids.map((id) => win(id)));
    await Promise.all(ids.map((id) => deals.emit(DealUpdated, { aggregateId: id, version: 2, message: { deal: dealOf(id, 'second') } })));
    await eventually(() => billing.rows('select 1 from deal_copy where version = 2'), (rows) => rows.length === 40);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await consumers.sweep()).toBe(0);
    await billing.owner.query('update deal_copy set version = 1, name = null where id = any($1)', [ids.slice(0, 7)]);
    expect(await consumers.sweep()).toBeGreaterThanOrEqual(7);
    await billing.owner.query('delete from deal_copy');
    expect(await consumers.sweep()).toBe(40);
    expect(await billing.rows(`select 1 from deal_copy where version = 2 and name = 'second'`)).toHaveLength(40);
    expect(await consumers.sweep()).toBe(0);
  });

  it('spares a new reaction the history before it', async () => {
    await fresh();
    const owner = ownerOfDeals();
    const [old, young] = [uuidv7(), uuidv7()];
    await win(old);
    await published();
    await consumersOfDeals(owner);
    await eventually(() => copies([old]), (count) => count === 1); // the projection wants it
    await win(young);
    await eventually(() => reactions([young]), (count) => count === 1);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await reactions([old])).toBe(0);
  });

  it('takes over what the broker gave up', async () => {
    await fresh();
    const owner = ownerOfDeals();
    await consumersOfDeals(owner, { tuning: { consumers: { maxDeliver: 2 }, sweeper: { ...NO_SWEEPS } } });
    const id = uuidv7();
    NoteWonDeals.refuses.add(id);
    await win(id);
    await eventually(async () => {
      const { nc, jsm } = await broker.client();
      const info = await jsm.streams.info('RAPPORT_ADVISORIES').catch(() => undefined);
      await nc.close();
      return info?.state.messages ?? 0;
    }, (messages) => messages > 0);
    NoteWonDeals.refuses.clear();
    await stop(running.at(-1) as EventsRuntime);
    await consumersOfDeals(owner);
    await eventually(() => reactions([id]), (count) => count === 1);
  });
});

describe('the journal', () => {
  it('is read in pages, by type, aggregate, id and time, whole or the latest alone', async () => {
    await fresh();
    const { journal } = ownerOfDeals();
    const ids = many(7);
    for (const id of ids) await deals.emit(DealCreated, { aggregateId: id, version: 1, message: { deal: dealOf(id) } });
    for (const id of ids) await win(id, 2);
    await published();
    const seen: string[] = [];
    let after = 0n;
    do {
      const page = await journal.replayEvents({ ...REPLAY_ALL, pageSize: 4, afterSeq: after });
      seen.push(...page.events.map(({ journalSeq }) => journalSeq.toString()));
      after = page.nextAfterSeq;
    } while (after > 0n);
    expect(seen).toEqual(Array.from({ length: 14 }, (_, index) => String(index + 1)));
    const count = async (request: Partial<typeof REPLAY_ALL>) => (await journal.replayEvents({ ...REPLAY_ALL, ...request })).events.length;
    expect(await count({ types: [DealWon.$type] })).toBe(7);
    expect(await count({ aggregateIds: ids.slice(0, 2) })).toBe(4);
    expect(await count({ latestOnly: true })).toBe(7);
    expect(await count({ latestOnly: true, types: [DealCreated.$type] })).toBe(7);
    const [{ event_id: eventId } = { event_id: '' }] = await deals.rows<{ event_id: string }>('select event_id from kit.outbox_event limit 1');
    expect(await count({ eventIds: [eventId] })).toBe(1);
    expect(await count({ toTime: new Date(Date.now() - 60_000) })).toBe(0);
    expect(await count({ aggregateFromTime: new Date(Date.now() - 60_000) })).toBe(14);
    await expect(count({ types: ['rapport.billing.v1.InvoiceCreated'] })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'INVALID_REQUEST' });
  });

  it('has the digests that the same entries have in code', async () => {
    await fresh();
    const { journal } = ownerOfDeals();
    const ids = many(20);
    const events = await Promise.all(ids.map((id) => win(id)));
    await Promise.all(ids.map((id) => deals.emit(DealUpdated, { aggregateId: id, version: 2, message: { deal: dealOf(id) } })));
    await published();
    const ask = async (kind: DigestKind, types: string[]) => {
      const { digests } = await journal.digestEvents({ kind, types, fromTime: undefined, toTime: undefined });
      return digests.map(({ hour, count, xor }) => ({ hour: hour ?? new Date(0), count: Number(count), xor }));
    };
    const byEvent = digestOf(events.map((id) => ({ id, entry: id })));
    expect(differingHours(await ask(DigestKind.EVENT_IDS, [DealWon.$type]), byEvent)).toEqual([]);
    const byVersion = digestOf(ids.map((id) => ({ id, entry: `${id}:2` })));
    expect(differingHours(await ask(DigestKind.LATEST_VERSIONS, []), byVersion)).toEqual([]);
  });
});

describe('branches and departments', () => {
  it('are copied to every service', async () => {
    await fresh();
    const contacts = await TestDatabase.make('contacts');
    const owner = runtimeOf('contacts', contacts, broker, { journalOf: () => owner.journal });
    owner.startRelay();
    const runtime = runtimeOf('billing', billing, broker, { journalOf: () => owner.journal });
    runtime.startRelay();
    await runtime.startConsumers([]);
    running.push(owner, runtime);
    const [branchId, departmentId, parentId] = [uuidv7(), uuidv7(), uuidv7()];
    const branch = { ...Branch.decode(new Uint8Array()), id: branchId, timeZone: 'Europe/Kyiv', currencyCode: 'UAH' };
    const department = { ...Department.decode(new Uint8Array()), id: departmentId, branchId };
    await contacts.emit(BranchCreated, { aggregateId: branchId, version: 1, message: { branch } });
    await contacts.emit(DepartmentCreated, { aggregateId: departmentId, version: 1, message: { department } });
    await contacts.emit(DepartmentUpdated, { aggregateId: departmentId, version: 2, message: { department: { ...department, parentId } } });
    await eventually(() => billing.rows('select * from kit.department_copy'), (rows) => rows[0]?.version === 2);
    expect(await billing.rows('select * from kit.department_copy')).toEqual([{ id: departmentId, parent_id: parentId, branch_id: branchId, version: 2 }]);
    expect(await billing.rows('select * from kit.branch_copy')).toEqual([{ id: branchId, time_zone: 'Europe/Kyiv', currency_code: 'UAH', version: 1 }]);
    await Promise.all(running.splice(0).map((one) => one.stop()));
    await contacts.drop();
  });
});
