import { afterAll, afterEach, beforeAll, expect, it, jest } from '@jest/globals';
import { DealLost, DealWon } from '@rapport/contracts/rapport/deals/v1/deal_events';
import { AppError } from '@rapport/service-kit/errors';
import { PoisonError } from '@rapport/service-kit/events';
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

const wonBy = (id: string) => ({ eventId: uuidv7(), type: DealWon.$type, aggregateId: id, version: 1 });
const payload = (id: string) => DealWon.encode({ deal: dealOf(id) }).finish();
const lose = (id: string) => world.deals.emit(DealLost, { aggregateId: id, version: 1, message: { deal: dealOf(id) } });

it('buries what cannot be decoded at the first try, and the stream moves on', async () => {
  await world.startBilling(world.startDeals(), { sweeper: NO_SWEEPS });
  const [bad, good] = [uuidv7(), uuidv7()];
  await world.inject(wonBy(bad), new Uint8Array([0x0a, 0xff, 0xff]));
  await world.inject(wonBy(good), payload(good));
  await world.effects(good, (seen) => seen.length === 2);
  const letters = await eventually(
    () => world.deadLetters(bad),
    (all) => all.length === 3,
  );
  expect(letters.map(({ consumer, attempts }) => `${consumer} ${attempts}`)).toEqual([
    'billing--copy-deals 1',
    'billing--follow-deals 1',
    'billing--note-closed-deals 1',
  ]);
  expect(letters[0]?.error).toContain('The payload is not what its type says');
});

it("buries a message that is nobody's event", async () => {
  await world.startBilling(world.startDeals(), { sweeper: NO_SWEEPS });
  const before = uuidv7();
  await world.win(before);
  await world.effects(before, (seen) => seen.length === 2);
  const { nc, js } = await world.broker.client();
  await js.publish('rapport.deals.v1.deal-won.junk', 'not an event');
  await nc.close();
  await eventually(
    () => world.deadLetters(''),
    (all) => all.length === 3,
  );
});

it('buries what a handler refuses, keeps none of its effect, and drives it again on request', async () => {
  const runtime = await world.startBilling(world.startDeals());
  const id = uuidv7();
  orders.set(id, () => {
    throw new PoisonError('no such currency');
  });
  await lose(id);
  await eventually(
    () => world.deadLetters(id),
    (all) => all.length === 2,
  );
  await world.effects(id, (seen) => seen.includes('step:1'));
  await new Promise((resolve) => setTimeout(resolve, 1_500)); // several sweeps leave it where it is
  const letters = await world.deadLetters(id);
  expect(letters.map(({ attempts }) => attempts)).toEqual([1, 1]);
  expect(await world.billing.effects(id)).toEqual(['step:1']);

  const letter = letters.find(({ consumer }) => consumer === 'billing--note-closed-deals')?.id ?? '';
  expect((await runtime.deadLetters.list({ consumer: 'billing--note-closed-deals' })).map((one) => one.id)).toContain(
    letter,
  );
  expect(await runtime.deadLetters.redrive(letter)).toBe(false);
  orders.delete(id);
  expect(await runtime.deadLetters.redrive(letter)).toBe(true);
  expect(await world.billing.effects(id)).toEqual(['step:1', 'reaction:1']);
  await expect(runtime.deadLetters.redrive(letter)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

it.each([
  ['the surroundings', () => new AppError('UNAVAILABLE', 'DATABASE_UNAVAILABLE', 'away')],
  ['a bug that passes', () => new TypeError('x is undefined')],
])('tries again what fails by %s, without a dead letter', async (_, error) => {
  await world.startBilling(world.startDeals(), { sweeper: NO_SWEEPS });
  const id = uuidv7();
  let tries = 0;
  orders.set(id, () => {
    tries += 1;
    if (tries <= 3) throw error();
  });
  await lose(id);
  await world.effects(id, (seen) => seen.includes('reaction:1'));
  await eventually(() => world.copyOf(id), Boolean);
  expect(await world.deadLetters(id)).toEqual([]);
});

it("keeps an event whose handler is slower than the broker's patience", async () => {
  await world.startBilling(world.startDeals(), { sweeper: NO_SWEEPS, consumers: { ackWaitMs: 600 } });
  const id = uuidv7();
  let begun = 0;
  orders.set(id, async () => {
    begun += 1;
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  });
  await lose(id);
  await world.effects(id, (seen) => seen.includes('reaction:1'));
  await eventually(() => world.copyOf(id), Boolean);
  expect(begun).toBe(2); // the reaction and the projection, each once
});
