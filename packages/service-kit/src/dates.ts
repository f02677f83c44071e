/**
 * # dates: days as people count them
 *
 * A business date is a day in a branch's time zone; which branch, `data`'s
 * `branches` knows. Here is the calculation alone, for rules.
 *
 * What this sub-path promises
 * - Pure: an instant and a zone in, a day out; no clock and no process time zone.
 */
import type { LocalDate } from '@rapport/contracts/rapport/type/v1/type';

/** The day on which an instant falls in a time zone. */
export function localDate(at: Date, timeZone: string): LocalDate {
  const parts = { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' } as const;
  return { value: new Intl.DateTimeFormat('en-CA', parts).format(at) };
}

/** Whether a name is a time zone of the IANA database. */
export function isTimeZone(name: string): boolean {
  try {
    Intl.DateTimeFormat('en', { timeZone: name });
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}
