// A year of the demo company's deals, made from a seed and a date: the same
// two always make the same year.
import { lossReasons, products } from './catalogue.ts';
import { clients } from './clients.ts';

export interface HistoricDeal {
  readonly key: string;
  readonly client: string;
  readonly product: string;
  readonly owner: string;
  readonly name: string;
  /** Index of the stage in the default pipeline. */
  readonly stage: number;
  readonly outcome: 'OPEN' | 'WON' | 'LOST';
  /** UAH. */
  readonly amount: number;
  readonly cost: number;
  /** ISO dates. */
  readonly startDate: string;
  readonly closeDate?: string;
  readonly expectedCloseDate?: string;
  readonly lossReason?: string;
}

const SEED = 20_010_903;
const STAGE_COUNT = 5;
const DAYS = 365;
const DEALS_PER_CLIENT = { least: 3, most: 8 };
const WIN_RATE = 0.58;
/** A deal younger than this many days is mostly still open. */
const CYCLE_DAYS = 45;

/** mulberry32: a small generator whose numbers are the same on every machine. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `days` after the ISO date. */
export function addDays(date: string, days: number): string {
  const instant = new Date(`${date}T00:00:00Z`);
  instant.setUTCDate(instant.getUTCDate() + days);
  return instant.toISOString().slice(0, 10);
}

export function dealHistory(today: string): HistoricDeal[] {
  const random = seededRandom(SEED);
  const between = (least: number, most: number): number => least + Math.floor(random() * (most - least + 1));
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const buyers = clients.filter((client) => client.key.startsWith('client-'));
  return buyers.flatMap((client) =>
    Array.from({ length: between(DEALS_PER_CLIENT.least, DEALS_PER_CLIENT.most) }, (_unused, index): HistoricDeal => {
      const product = pick(products);
      const quantity = product.unit === 'шт' && product.price < 200_000 ? between(1, 6) : 1;
      const age = between(1, DAYS);
      const closed = age > CYCLE_DAYS ? random() < 0.93 : random() < 0.2;
      const won = random() < WIN_RATE;
      const discount = pick([0, 0, 0, 3, 5, 7]);
      const startDate = addDays(today, -age);
      const base = {
        key: `${client.key}-deal-${index + 1}`,
        client: client.key,
        product: product.key,
        owner: client.owner,
        name: quantity > 1 ? `${product.name}, ${quantity} ${product.unit}` : product.name,
        amount: Math.round((product.price * quantity * (100 - discount)) / 100),
        cost: product.cost * quantity,
        startDate,
      };
      if (!closed) {
        return {
          ...base,
          outcome: 'OPEN',
          stage: between(0, STAGE_COUNT - 1),
          expectedCloseDate: addDays(today, between(-5, 60)),
        };
      }
      const closeDate = addDays(startDate, between(1, Math.min(age, CYCLE_DAYS)));
      return won
        ? { ...base, outcome: 'WON', stage: STAGE_COUNT - 1, closeDate }
        : {
            ...base,
            outcome: 'LOST',
            stage: between(0, STAGE_COUNT - 2),
            closeDate,
            lossReason: pick(lossReasons).key,
          };
    }),
  );
}
