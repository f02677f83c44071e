import { describe, expect, it } from '@jest/globals';
import { fullJitter } from './backoff.js';

describe('fullJitter', () => {
  const backoff = { baseMs: 100, capMs: 5_000 };
  const longest = (attempt: number): number => fullJitter(attempt, backoff, () => 1);

  it('doubles its bound with every attempt up to the cap', () => {
    expect([1, 2, 3, 4, 7, 50, 5_000].map(longest)).toEqual([100, 200, 400, 800, 5_000, 5_000, 5_000]);
  });

  it('may be nothing at all', () => {
    expect(fullJitter(9, backoff, () => 0)).toBe(0);
  });
});
