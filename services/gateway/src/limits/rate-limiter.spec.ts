import { describe, expect, it } from '@jest/globals';
import { RateLimiter } from './rate-limiter.js';

describe('rate limiter', () => {
  it('lets a burst through, then the steady rate, and says when to come back', () => {
    const limiter = new RateLimiter({ perSecond: 2, burst: 3 });
    const at = (now: number): [boolean, number, number] => {
      const { allowed, remaining, retryAfterSeconds } = limiter.take('a', now);
      return [allowed, remaining, retryAfterSeconds];
    };
    expect([at(0), at(0), at(0), at(0)]).toEqual([
      [true, 2, 0],
      [true, 1, 0],
      [true, 0, 0],
      [false, 0, 1],
    ]);
    expect(at(500)).toEqual([true, 0, 0]);
    expect(at(500)).toEqual([false, 0, 1]);
    expect(at(10_000)).toEqual([true, 2, 0]);
  });

  it('keeps keys apart, and no more of them than it may', () => {
    const limiter = new RateLimiter({ perSecond: 1, burst: 1 }, 2);
    expect(['a', 'b', 'a', 'c'].map((key) => limiter.take(key, 0).allowed)).toEqual([true, true, false, true]);
    // The oldest debtor was forgotten for the sake of the bound.
    expect(limiter.take('a', 0).allowed).toBe(true);
  });
});
