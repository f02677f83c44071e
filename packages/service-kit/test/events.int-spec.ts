import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { DealCreated, DealMoved, DealWon } from '@rapport/contracts/rapport/deals/v1/deal_events';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { DealsAndBilling, orders } from './deals-and-billing.js';
import { NO_SWEEPS, dealOf, eventually } from './events-world.js';

jest.setTimeout(60_000);

let world: DealsAndBilling;
beforeAll(async () => {
  world = await DealsAndBilling.make();
});
afterEach(() => world.stopAll());
afterAll(() => world.remove());

const wonPayload = (id: string, name?: string) => DealWon.encode({ deal: dealOf(id, name) }).finish();
const steps = (seen: string[]) => seen.filter((name) => name.startsWith('step'));

describe('from commit to effect', () => {
  it('brings an event to every kind of consumer', async () => {
    await world.startBilling(world.startDeals());
    const id = uuidv7();
    await world.deals.emit(DealCreated, { aggregateId: id, version: 1, message: { deal: dealOf(id, 'new') } });
    await world.win(id, 2, 'won');
    const seen = await world.effects(id, (all) => all.length === 3);
    expect(seen.sort()).toEqual(['reaction:2', 'step:1', 'step:2']);
    await eventually(
      () => world.copyOf(id),
      (copy) => copy?.version === 2 && copy.name === 'won',
    );
  });

  it('does not skip a transaction that commits later than others', async () => {
    await world.startBilling(world.startDeals());
    const [early, late] = [uuidv7(), uuidv7()];
    const slow = new pg.Client({ connectionString: world.deals.database.ownerUrl });
    await slow.connect();
    await slow.query('begin');
    await world.deals.emit(DealWon, { aggregateId: early, version: 1, message: { deal: dealOf(early) } }, slow);
    await world.win(late);
    await world.effects(late, (seen) => seen.includes('reaction:1'));
    expect(await world.billing.effects(early)).toEqual([]);
    await slow.query('commit');
    await slow.end();
    await world.effects(early, (seen) => seen.includes('reaction:1'));
  });

  it('is quick: half of the events are handled within 250 ms of their commit, on a busy machine too', async () => {
    await world.startBilling(world.startDeals());
    const warm = uuidv7();
    await world.win(warm);
    await eventually(() => world.copyOf(warm), Boolean);
    const waits: number[] = [];
    for (let round = 0; round < 20; round += 1) {
      const id = uuidv7();
      const handled = new Promise<void>((resolve) => orders.set(id, resolve));
      await world.deals.emit(DealMoved, { aggregateId: id, version: 1, message: { deal: dealOf(id) } });
      const began = performance.now();
      await handled;
      waits.push(performance.now() - began);
    }
    expect(waits.sort((a, b) => a - b)[10]).toBeLessThan(250);
  });
});

describe('repetition', () => {
  it('takes effect once, however often an event is on the stream', async () => {
    await world.startBilling(world.startDeals());
    const id = uuidv7();
    const event = { eventId: uuidv7(), type: DealWon.$type, aggregateId: id, version: 1 };
    for (let copy = 0; copy < 8; copy += 1) {
      await world.inject(event, wonPayload(id));
      await new Promise((resolve) => setTimeout(resolve, 150)); // beyond the duplicate window
    }
    const last = uuidv7();
    await world.inject({ ...event, eventId: uuidv7(), aggregateId: last }, wonPayload(last));
    await world.effects(last, (seen) => seen.length === 2);
    expect((await world.billing.effects(id)).sort()).toEqual(['reaction:1', 'step:1']);
  });

  it('absorbs what a relay published but was killed before marking', async () => {
    await world.startBilling(world.startDeals());
    const id = uuidv7();
    await world.win(id);
    await world.effects(id, (seen) => seen.length === 2);
    await new Promise((resolve) => setTimeout(resolve, 200)); // beyond the duplicate window
    const unmark = 'update kit.outbox_event set published_at = null, journal_seq = null where aggregate_id = $1';
    await world.deals.owner.query(unmark, [id]);
    await world.published();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await world.billing.effects(id)).sort()).toEqual(['reaction:1', 'step:1']);
  });

  it('has one relay leading; when it leaves the other takes over and the journal has no hole', async () => {
    const [first, second] = [world.startDeals(), world.startDeals()];
    await eventually(() => first.status.relayLeader || second.status.relayLeader, Boolean);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect([first, second].filter(({ status }) => status.relayLeader)).toHaveLength(1);
    const ids = Array.from({ length: 200 }, () => uuidv7());
    await Promise.all(ids.slice(0, 100).map((id) => world.win(id)));
    await world.stop(first.status.relayLeader ? first : second);
    await Promise.all(ids.slice(100).map((id) => world.win(id)));
    await world.published();
    const [journal] = await world.deals.rows<{ holes: number }>(
      `select (max(journal_seq) - min(journal_seq) + 1 - count(*))::int as holes
       from kit.outbox_event where aggregate_id = any($1)`,
      [ids],
    );
    expect(journal?.holes).toBe(0);
  });
});

describe('order', () => {
  it('lets a projection keep the newest, a reaction do both, a stepwise consumer wait', async () => {
    await world.startBilling(world.startDeals(), { sweeper: NO_SWEEPS });
    const [id, other] = [uuidv7(), uuidv7()];
    const event = (version: number) => ({ eventId: uuidv7(), type: DealWon.$type, aggregateId: id, version });
    await world.inject(event(1), wonPayload(id));
    await world.inject(event(3), wonPayload(id, 'third'));
    await world.inject({ ...event(1), aggregateId: other }, wonPayload(other));
    await world.effects(other, (seen) => seen.length === 2);
    expect(steps(await world.effects(id, (seen) => seen.length === 3))).toEqual(['step:1']);
    await world.inject(event(2), wonPayload(id, 'second'));
    const seen = await world.effects(id, (all) => all.length === 6);
    expect(steps(seen)).toEqual(['step:1', 'step:2', 'step:3']);
    const reactions = seen.filter((name) => name.startsWith('reaction'));
    expect(reactions.sort()).toEqual(['reaction:1', 'reaction:2', 'reaction:3']);
    await new Promise((resolve) => setTimeout(resolve, 300)); // the older one reaches the projection too
    expect(await world.copyOf(id)).toEqual({ version: 3, name: 'third' });
  });

  it('asks the owner for a version that never comes', async () => {
    await world.startBilling(world.startDeals(), { sweeper: { ...NO_SWEEPS, gapAfterMs: 200 } });
    const id = uuidv7();
    await world.deals.emit(DealCreated, { aggregateId: id, version: 1, message: { deal: dealOf(id) } });
    await world.effects(id, (seen) => seen.includes('step:1'));
    await world.deals.emit(DealMoved, { aggregateId: id, version: 3, message: { deal: dealOf(id) } });
    await eventually(
      () => world.billing.rows('select 1 from kit.stepwise_parked where aggregate_id = $1', [id]),
      (rows) => rows.length === 1,
    );
    // In the journal, but never on the stream.
    await world.deals.emitSilently(DealMoved, { aggregateId: id, version: 2, message: { deal: dealOf(id) } });
    const seen = await world.effects(id, (all) => all.includes('step:3'));
    expect(steps(seen)).toEqual(['step:1', 'step:2', 'step:3']);
  });
});
