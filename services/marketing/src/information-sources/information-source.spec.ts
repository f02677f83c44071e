import { describe, expect, it } from '@jest/globals';
import { assertDatesInOrder } from './information-source.js';

const day = (value: string): { value: string } => ({ value });

describe('assertDatesInOrder', () => {
  it.each([
    ['for always', undefined, undefined],
    ['from a day on', day('2026-03-01'), undefined],
    ['until a day', undefined, day('2026-03-01')],
    ['on one day', day('2026-03-01'), day('2026-03-01')],
    ['over the turn of a year', day('2025-12-31'), day('2026-01-01')],
  ])('lets a source work %s', (_, startDate, endDate) => {
    expect(() => assertDatesInOrder({ startDate, endDate }, 'information_source')).not.toThrow();
  });

  it('refuses an end before the start, and says where it stood', () => {
    const reversed = { startDate: day('2026-03-02'), endDate: day('2026-03-01') };
    expect(() => assertDatesInOrder(reversed, 'requests[4].information_source')).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        reason: 'DATES_REVERSED',
        violations: [expect.objectContaining({ field: 'requests[4].information_source.end_date' })],
      }),
    );
  });
});
