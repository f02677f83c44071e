import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { DealCreated, DealLost, DealMoved, DealUpdated, DealWon } from '@rapport/contracts/rapport/deals/v1/deal_events';
import type { CallContext } from '@rapport/service-kit/access';
import { AppError } from '@rapport/service-kit/errors';
import {
  type EventOf,
  type EventsRuntime,
  type EventsSettings,
  LocalCopies,
  PoisonError,
  Projection,
  Reaction,
  Stepwise,
  type TimeRange,
} from '@rapport/service-kit/events';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { eventHeaders } from '../src/events/event.js';
import { eventSubject } from '../src/events/naming.js';
import { NO_SWEEPS, TestBroker, TestDatabase, dealOf, effect, eventually, registered, runtimeOf } from './events-world.js';

/** What a test tells the handlers to do at the next event of an aggregate. */
const orders = new Map<string, () => Promise<void> | void>();
const obey = async (aggregateId: string): Promise<void> => orders.get(aggregateId)?.();

@Reaction({ durable: 'billing--note-won-deals', subscribes: [DealWon, DealLost] })
class NoteWonDeals {
  async handle(_ctx: CallContext, event: EventOf<[typeof DealWon, typeof DealLost]>, tx: unknown): Promise<void> {
    await effect(tx, 'reaction', event);
    await obey(event.aggregateId);
  }
}

const ALL = [DealCreated, DealUpdated, DealMoved, DealWon, DealLost] as const;

@Stepwise({ durable: 'billing--follow-deals', subscribes: ALL })
class FollowDeals {
  async handle(_ctx: CallContext, event: EventOf<typeof ALL>, tx: unknown): Promise<void> {
    await effect(tx, 'step', event);
  }
}

@Projection({ durable: 'billing--copy-deals', subscribes: ALL })
class CopyDeals {
  constructor(private readonly copies: LocalCopies) {}
  async apply(events: readonly EventOf<typeof ALL>[]): Promise<void> {
    for (const { aggregateId } of events) await obey(aggregateId);
    await this.copies.applyIfNewer(
      'public.deal_copy',
      events.map(({ aggregateId, version, message }) => ({ id: aggregateId, version, name: message.deal?.displayName })),
    );
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

/** The owner: publishes what its outbox holds. */
function ownerOfDeals(options: Partial<EventsSettings> = {}): EventsRuntime {
  const runtime = runtimeOf('deals', deals, broker, { journalOf: () => runtime.journal, ...options });
  runtime.startRelay();
  running.push(runtime);
  return runtime;
}

/** The consumer's side, with one handler of each kind. */
async function consumersOfDeals(owner: EventsRuntime, options: Partial<EventsSettings> = {}): Promise<EventsRuntime> {
  const runtime = runtimeOf('billing', billing, broker, { journalOf: () => owner.journal, ...options });
  running.push(runtime);
  runtime.startRelay();
  await runtime.startConsumers(registered(new NoteWonDeals(), new FollowDeals(), new CopyDeals(runtime.copies)));
  return runtime;
}

const stop = async (runtime: EventsRuntime): Promise<void> => {
  running.splice(running.indexOf(runtime), 1);
  await runtime.stop();
};

/** Puts a message on the stream past the outbox, as a repeating relay or a broken broker would. */
async function inject(event: { eventId: string; type: string; aggregateId: string; version: number }, payload: Uint8Array): Promise<void> {
  const { nc, js } = await broker.client();
  const headers = eventHeaders({ ...event, version: BigInt(event.version), occurTime: new Date(), actor: '', branchId: '', traceparent: '' });
  await js.publish(eventSubject(event.type, event.aggregateId), payload, { headers });
  await nc.close();
}
const wonPayload = (id: string): Uint8Array => DealWon.encode({ deal: dealOf(id) }).finish();
const copyOf = async (id: string) => (await billing.rows<{ version: number; name: string }>('select version, name from deal_copy where id = $1', [id]))[0];
const deadLetters = (id: string) => billing.rows<{ id: string; consumer: string; error: string; attempts: number; resolved_at: Date | null }>('select * from kit.dead_letter where aggregate_id = $1 order by consumer', [id]);

beforeAll(async () => {
  [broker, deals, billing] = await Promise.all([TestBroker.start(), TestDatabase.make('deals'), TestDatabase.make('billing')]);
}, 60_000);
afterEach(async () => {
  orders.clear();
  await Promise.all(running.splice(0).map((runtime) => runtime.stop()));
}, 60_000);
afterAll(async () => {
  await broker?.remove();
  await Promise.all([deals?.drop(), billing?.drop()]);
}, 60_000);

describe('from commit to effect', () => {
  it('brings an event to every kind of consumer', async () => {
    await consumersOfDeals(ownerOfDeals());
    const id = uuidv7();
    await deals.emit(DealCreated, { aggregateId: id, version: 1, message: { deal: dealOf(id, 'new') } });
    await deals.emit(DealWon, { aggregateId: id, version: 2, message: { deal: dealOf(id, 'won') } });
    await eventually(() => billing.effects(id), (seen) => seen.length === 3);
    expect((await billing.effects(id)).sort()).toEqual(['reaction:2', 'step:1', 'step:2']);
    await eventually(() => copyOf(id), (copy) => copy?.version === 2 && copy.name === 'won');
  });

  it('does not skip a transaction that commits later than others', async () => {
    await consumersOfDeals(ownerOfDeals());
    const [early, late] = [uuidv7(), uuidv7()];
    const slow = new pg.Client({ connectionString: deals.database.ownerUrl });
    await slow.connect();
    await slow.query('begin');
    await deals.emit(DealWon, { aggregateId: early, version: 1, message: { deal: dealOf(early) } }, slow);
    await deals.emit(DealWon, { aggregateId: late, version: 1, message: { deal: dealOf(late) } });
    await eventually(() => billing.effects(late), (seen) => seen.includes('reaction:1'));
    expect(await billing.effects(early)).toEqual([]);
    await slow.query('commit');
    await slow.end();
    await eventually(() => billing.effects(early), (seen) => seen.includes('reaction:1'));
  });

  it('is quick: half of the events are handled within 100 ms of their commit', async () => {
    await consumersOfDeals(ownerOfDeals());
    const warm = uuidv7();
    await deals.emit(DealWon, { aggregateId: warm, version: 1, message: { deal: dealOf(warm) } });
    await eventually(() => copyOf(warm), (copy) => copy !== undefined);
    const waits: number[] = [];
    for (let round = 0; round < 20; round += 1) {
      const id = uuidv7();
      const handled = new Promise<void>((resolve) => orders.set(id, resolve));
      await deals.emit(DealMoved, { aggregateId: id, version: 1, message: { deal: dealOf(id) } });
      const began = performance.now();
      await handled;
      waits.push(performance.now() - began);
    }
    waits.sort((a, b) => a - b);
    expect(waits[10]).toBeLessThan(100);
  });
});

describe('repetition', () => {
  it('takes effect once, however often an event is on the stream', async () => {
    await consumersOfDeals(ownerOfDeals());
    const id = uuidv7();
    const event = { eventId: uuidv7(), type: DealWon.$type, aggregateId: id, version: 1 };
    for (let copy = 0; copy < 8; copy += 1) {
      await inject(event, wonPayload(id));
      await new Promise((resolve) => setTimeout(resolve, 150)); // beyond the duplicate window
    }
    const last = uuidv7();
    await inject({ ...event, eventId: uuidv7(), aggregateId: last }, wonPayload(last));
    await eventually(() => billing.effects(last), (seen) => seen.length === 2);
    expect((await billing.effects(id)).sort()).toEqual(['reaction:1', 'step:1']);
  });

  it('absorbs what a relay published but was killed before marking', async () => {
    const owner = ownerOfDeals();
    await consumersOfDeals(owner);
    const id = uuidv7();
    await deals.emit(DealWon, { aggregateId: id, version: 1, message: { deal: dealOf(id) } });
    await eventually(() => billing.effects(id), (seen) => seen.length === 2);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await deals.owner.query('update kit.outbox_event set published_at = null, journal_seq = null where aggregate_id = $1', [id]);
    await eventually(() => deals.rows('select 1 from kit.outbox_event where aggregate_id = $1 and published_at is not null', [id]), (rows) => rows.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await billing.effects(id)).sort()).toEqual(['reaction:1', 'step:1']);
  });

  it('has one relay leading; when it leaves the other takes over and the journal has no hole', async () => {
    const [first, second] = [ownerOfDeals(), ownerOfDeals()];
    await eventually(() => first.status.relayLeader || second.status.relayLeader, Boolean);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect([first.status.relayLeader, second.status.relayLeader].filter(Boolean)).toHaveLength(1);
    const leader = first.status.relayLeader ? first : second;
    const ids = Array.from({ length: 200 }, () => uuidv7());
    await Promise.all(ids.slice(0, 100).map((id) => deals.emit(DealWon, { aggregateId: id, version: 1, message: { deal: dealOf(id) } })));
    await stop(leader);
    await Promise.all(ids.slice(100).map((id) => deals.emit(DealWon, { aggregateId: id, version: 1, message: { deal: dealOf(id) } })));
    await eventually(() => deals.rows('select 1 from kit.outbox_event where published_at is null'), (rows) => rows.length === 0);
    const [journal] = await deals.rows<{ holes: number }>('select (max(journal_seq) - min(journal_seq) + 1 - count(*))::int as holes from kit.outbox_event where aggregate_id = any($1)', [ids]);
    expect(journal?.holes).toBe(0);
  });
});

describe('order', () => {
  it('lets a projection keep the newest, a reaction do both, a stepwise consumer wait', async () => {
    await consumersOfDeals(ownerOfDeals(), { tuning: { sweeper: NO_SWEEPS } });
    const [id, other] = [uuidv7(), uuidv7()];
    const event = (version: number) => ({ eventId: uuidv7(), type: DealWon.$type, aggregateId: id, version });
    await inject(event(1), wonPayload(id));
    await inject(event(3), DealWon.encode({ deal: dealOf(id, 'third') }).finish());
    await inject({ ...event(1), aggregateId: other }, wonPayload(other));
    await eventually(() => billing.effects(other), (seen) => seen.length === 2);
    await eventually(() => billing.effects(id), (seen) => seen.length === 3);
    expect((await billing.effects(id)).filter((name) => name.startsWith('step'))).toEqual(['step:1']);
    await inject(event(2), DealWon.encode({ deal: dealOf(id, 'second') }).finish());
    const seen = await eventually(() => billing.effects(id), (all) => all.length === 6);
    expect(seen.filter((name) => name.startsWith('step'))).toEqual(['step:1', 'step:2', 'step:3']);
    expect(seen.filter((name) => name.startsWith('reaction'))).toEqual(['reaction:1', 'reaction:3', 'reaction:2']);
    expect(await copyOf(id)).toEqual({ version: 3, name: 'third' });
  });

  it('asks the owner for a version that never comes, and others do not wait meanwhile', async () => {
    const owner = ownerOfDeals();
    await consumersOfDeals(owner);
    const id = uuidv7();
    await deals.emit(DealCreated, { aggregateId: id, version: 1, message: { deal: dealOf(id) } });
    await eventually(() => billing.effects(id), (seen) => seen.includes('step:1'));
    // In the journal, but never on the stream.
    const missing = await deals.emit(DealMoved, { aggregateId: id, version: 3, message: { deal: dealOf(id) } });
    await eventually(() => deals.rows('select 1 from kit.stepwise_parked', []).catch(() => []), () => true);
    await deals.owner.query(
      `insert into kit.outbox_event (event_id, aggregate_id, version, type, payload, published_at, journal_seq)
       select $1, aggregate_id, 2, type, payload, now(), 1000000 + version from kit.outbox_event where event_id = $2`,
      [uuidv7(), missing],
    );
    const seen = await eventually(() => billing.effects(id), (all) => all.includes('step:3'));
    expect(seen.filter((name) => name.startsWith('step'))).toEqual(['step:1', 'step:2', 'step:3']);
  });
});

describe('failures', () => {
  it('buries what cannot be decoded at the first try, and the stream moves on', async () => {
    await consumersOfDeals(ownerOfDeals(), { tuning: { sweeper: NO_SWEEPS } });
    const [bad, good] = [uuidv7(), uuidv7()];
    await inject({ eventId: uuidv7(), type: DealWon.$type, aggregateId: bad, version: 1 }, new Uint8Array([0x0a, 0xff, 0xff]));
    await inject({ eventId: uuidv7(), type: DealWon.$type, aggregateId: good, version: 1 }, wonPayload(good));
    await eventually(() => billing.effects(good), (seen) => seen.length === 2);
    const letters = await eventually(() => deadLetters(bad), (all) => all.length === 3);
    expect(letters.map(({ consumer, attempts }) => `${consumer} ${attempts}`)).toEqual(['billing--copy-deals 1', 'billing--follow-deals 1', 'billing--note-won-deals 1']);
    expect(letters[0]?.error).toContain('The payload is not what its type says');
  });

  it('buries a message that is nobody’s event', async () => {
    await consumersOfDeals(ownerOfDeals(), { tuning: { sweeper: NO_SWEEPS } });
    await eventually(() => broker.client().then(async ({ nc, jsm }) => jsm.consumers.info('RAPPORT_DEALS', 'billing--note-won-deals').catch(() => undefined).finally(() => nc.close())), Boolean);
    const { nc, js } = await broker.client();
    await js.publish('rapport.deals.v1.deal-won.junk', 'not an event');
    await nc.close();
    await eventually(() => deadLetters(''), (all) => all.length === 3);
  });

  it('buries what a handler refuses, keeps none of its effect, and drives it again on request', async () => {
    const runtime = await consumersOfDeals(ownerOfDeals());
    const id = uuidv7();
    orders.set(id, () => {
      throw new PoisonError('no such currency');
    });
    await deals.emit(DealLost, { aggregateId: id, version: 1, message: { deal: dealOf(id) } });
    const letters = await eventually(() => deadLetters(id), (all) => all.length === 2);
    expect(await billing.effects(id)).toEqual(['step:1']);
    await new Promise((resolve) => setTimeout(resolve, 1_500)); // several sweeps leave it where it is
    expect((await deadLetters(id)).map(({ attempts }) => attempts)).toEqual([1, 1]);
    const letter = letters.find(({ consumer }) => consumer === 'billing--note-won-deals');
    expect(await runtime.deadLetters.redrive(letter?.id ?? '')).toBe(false);
    orders.delete(id);
    expect(await runtime.deadLetters.redrive(letter?.id ?? '')).toBe(true);
    expect(await billing.effects(id)).toEqual(['step:1', 'reaction:1']);
    await expect(runtime.deadLetters.redrive(letter?.id ?? '')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it.each([
    ['the surroundings', () => new AppError('UNAVAILABLE', 'DATABASE_UNAVAILABLE', 'away')],
    ['a bug that passes', () => new TypeError('x is undefined')],
  ])('tries again what fails by %s, without a dead letter', async (_, error) => {
    await consumersOfDeals(ownerOfDeals(), { tuning: { sweeper: NO_SWEEPS } });
    const id = uuidv7();
    let tries = 0;
    orders.set(id, () => {
      tries += 1;
      if (tries <= 3) throw error();
    });
    await inject({ eventId: uuidv7(), type: DealLost.$type, aggregateId: id, version: 1 }, DealLost.encode({ deal: dealOf(id) }).finish());
    await eventually(() => billing.effects(id), (seen) => seen.includes('reaction:1'));
    await eventually(() => copyOf(id), (copy) => copy !== undefined);
    expect(await deadLetters(id)).toEqual([]);
  });

  it('keeps an event whose handler is slower than the broker’s patience', async () => {
    await consumersOfDeals(ownerOfDeals(), { tuning: { sweeper: NO_SWEEPS, consumers: { ackWaitMs: 600 } } });
    const id = uuidv7();
    let begun = 0;
    orders.set(id, async () => {
      begun += 1;
      await new Promise((resolve) => setTimeout(resolve, 2_000));
    });
    await inject({ eventId: uuidv7(), type: DealLost.$type, aggregateId: id, version: 1 }, DealLost.encode({ deal: dealOf(id) }).finish());
    await eventually(() => billing.effects(id), (seen) => seen.includes('reaction:1'));
    await eventually(() => copyOf(id), Boolean);
    expect(begun).toBe(2); // the reaction and the projection, each once
  });
});
