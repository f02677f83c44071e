import { describe, expect, it } from '@jest/globals';
import { msUntilHour } from './night.js';

describe('msUntilHour', () => {
  it.each([
    ['2026-03-05T00:30:00Z', 1, 30],
    ['2026-03-05T01:00:00Z', 1, 24 * 60],
    ['2026-03-05T13:00:00Z', 1, 12 * 60],
  ])('from %s to %d o’clock', (now, hour, minutes) => {
    expect(msUntilHour(new Date(now), hour)).toBe(minutes * 60_000);
  });
});
