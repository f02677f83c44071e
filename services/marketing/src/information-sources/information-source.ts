import { AppError } from '@rapport/service-kit/errors';

/** The days on which a source works; absent for always. */
interface Working {
  readonly startDate: { readonly value: string } | undefined;
  readonly endDate: { readonly value: string } | undefined;
}

/**
 * Checks that a source does not end before it starts; one day is enough. `at`
 * is where the source stands in the request.
 *
 * @throws INVALID_ARGUMENT/DATES_REVERSED
 */
export function assertDatesInOrder({ startDate, endDate }: Working, at: string): void {
  // ISO dates stand in the order of their letters.
  if (!startDate || !endDate || startDate.value <= endDate.value) return;
  const description = `must not be before the start date ${startDate.value}`;
  throw new AppError('INVALID_ARGUMENT', 'DATES_REVERSED', 'The source ends before it starts.', {}, [
    { field: `${at}.end_date`, description, reason: 'DATES_REVERSED' },
  ]);
}
