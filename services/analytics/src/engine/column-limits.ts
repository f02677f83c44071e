import type { LocalDate, Money } from '@rapport/contracts/rapport/type/v1/type';
import { PoisonError } from '@rapport/service-kit/events';
import { parseMoneyUnits } from '../figures/money-units.js';

// What the engine cannot take is refused before it gets there: in an insert it
// would fail the whole batch, again and again. All of these throw RangeError.

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const DAY = /^(19|2[01])\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const WIDEST = 10n ** 19n;

export function assertIds(...ids: readonly string[]): void {
  for (const id of ids) {
    if (!UUID.test(id)) throw new RangeError(`"${id}" is not an id.`);
  }
}

export function assertDays(...days: readonly (LocalDate | undefined)[]): void {
  for (const day of days) {
    if (day !== undefined && !DAY.test(day.value)) throw new RangeError(`"${day.value}" is not a day.`);
  }
}

/** What `numeric(19,4)` holds. */
export function assertAmounts(...amounts: readonly (Money | undefined)[]): void {
  for (const money of amounts) {
    if (money === undefined) continue;
    const units = parseMoneyUnits(money.amount);
    if (units >= WIDEST || units <= -WIDEST) throw new RangeError(`"${money.amount}" is too wide an amount.`);
  }
}

/** Makes a row of an event; one that does not fit its columns goes to the dead letters. */
export function fitting<R>(eventId: string, make: () => R): R {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new PoisonError(`What event ${eventId} carries does not fit into its table.`, { cause: error });
  }
}
