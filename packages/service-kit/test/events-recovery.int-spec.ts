import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { DealUpdated, DealWon } from '@rapport/contracts/rapport/deals/v1/deal_events';
import { v7 as uuidv7 } from 'uuid';
import { DealsAndBilling, orders } from './deals-and-billing.js';
import { NO_SWEEPS, dealOf, eventually } from './events-world.js';

jest.setTimeout(90_000);

let world: DealsAndBilling;
beforeEach(async () => {
  world = await DealsAndBilling.make();
});
afterEach(() => world.remove());

const many = (count: number) => Array.from({ length: count }, () => uuidv7());
const winAll = (ids: readonly string[]) => Promise.all(ids.map((id) => world.win(id)));
/** Waits until the projection holds all of them and the reaction has noted each once. */
const allHeld = (ids: readonly string[]) =>
  eventually(
    () => world.held(ids),
    ({ copies, reactions }) => copies === ids.length && reactions === ids.length,
    40_000,
  );

describe('a broker that forgets', () => {
  it('heals by itself when its whole store is deleted', async () => {
    const deals = world.startDeals();
    const billing = await world.startBilling(deals);
    const before = many(50);
    await winAll(before);
    await allHeld(before);
    await world.stop(billing);
    // Acknowledged by the broker, seen by nobody.
    const lost = many(50);
    await winAll(lost);
    await world.published();
    await world.broker.restart({ keepStore: false });
    await world.startBilling(deals);
    const after = many(50);
    await winAll(after);
    await allHeld([...before, ...lost, ...after]);
  });

  it('is noticed while everybody is at work', async () => {
    const billing = await world.startBilling(world.startDeals());
    const first = many(20);
    await winAll(first);
    await allHeld(first);
    const restarted = world.broker.restart({ keepStore: false });
    const meanwhile = many(50);
    await winAll(meanwhile); // writes do not wait for the broker
    await restarted;
    await allHeld([...first, ...meanwhile]);
    await eventually(() => billing.status.brokerConnected, Boolean);
  });

  it('lets events wait and go out when it is back', async () => {
    await world.startBilling(world.startDeals());
    const first = many(5);
    await winAll(first);
    await allHeld(first);
    await world.broker.stop();
    const waiting = many(100);
    await winAll(waiting);
    await world.broker.restart({ keepStore: true });
    await allHeld(waiting);
  });

  it('does not keep a service from starting, taking writes and leaving', async () => {
    await world.broker.stop();
    const deals = world.startDeals();
    const billing = await world.startBilling(deals);
    await world.win(uuidv7());
    await eventually(
      () => billing.status,
      ({ brokerConnected, relayLeader }) => !brokerConnected && relayLeader,
    );
    const began = performance.now();
    await world.stopAll();
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});

describe('the sweeper', () => {
  it('brings events that are in the journal and were never on the stream', async () => {
    await world.startBilling(world.startDeals());
    const first = many(1);
    await winAll(first);
    await allHeld(first);
    const ids = many(30);
    for (const id of ids) {
      await world.deals.emitSilently(DealWon, { aggregateId: id, version: 1, message: { deal: dealOf(id) } });
    }
    await allHeld(ids);
  });

  it('rebuilds a projection from nothing and corrects one that fell behind', async () => {
    const billing = await world.startBilling(world.startDeals(), { sweeper: { ...NO_SWEEPS, graceMs: 100 } });
    const ids = many(40);
    await winAll(ids);
    for (const id of ids) {
      await world.deals.emit(DealUpdated, { aggregateId: id, version: 2, message: { deal: dealOf(id, 'second') } });
    }
    const complete = `select 1 from deal_copy where version = 2 and name = 'second'`;
    await eventually(
      () => world.billing.rows(complete),
      (rows) => rows.length === 40,
    );
    await eventually(
      () => billing.sweep(),
      (handed) => handed === 0,
    );
    await world.billing.owner.query('update deal_copy set version = 1, name = null where id = any($1)', [
      ids.slice(0, 7),
    ]);
    expect(await billing.sweep()).toBeGreaterThanOrEqual(7);
    expect(await world.billing.rows(complete)).toHaveLength(40);
    await world.billing.owner.query('delete from deal_copy');
    expect(await billing.sweep()).toBe(40);
    expect(await world.billing.rows(complete)).toHaveLength(40);
    expect(await billing.sweep()).toBe(0);
  });

  it('spares a new reaction the history before it', async () => {
    const deals = world.startDeals();
    const [old, young] = [uuidv7(), uuidv7()];
    await world.win(old);
    await world.published();
    await world.startBilling(deals);
    await eventually(() => world.copyOf(old), Boolean); // the projection wants it
    await world.win(young);
    await world.effects(young, (seen) => seen.includes('reaction:1'));
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect((await world.held([old])).reactions).toBe(0);
  });

  it('takes over what the broker gave up', async () => {
    const deals = world.startDeals();
    const billing = await world.startBilling(deals, { consumers: { maxDeliver: 2 }, sweeper: NO_SWEEPS });
    const id = uuidv7();
    orders.set(id, () => {
      throw new TypeError('not now');
    });
    await world.win(id);
    const advisories = async (): Promise<number> => {
      const { nc, jsm } = await world.broker.client();
      const info = await jsm.streams.info('RAPPORT_ADVISORIES').catch(() => undefined);
      await nc.close();
      return info?.state.messages ?? 0;
    };
    await eventually(advisories, (messages) => messages >= 2);
    orders.clear();
    await world.stop(billing);
    await world.startBilling(deals);
    await allHeld([id]);
  });
});
