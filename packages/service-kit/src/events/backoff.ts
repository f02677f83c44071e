/** How waiting grows between attempts. */
export interface Backoff {
  /** Bound of the first wait. */
  readonly baseMs: number;
  /** Bound that no wait exceeds. */
  readonly capMs: number;
}

/**
 * Full jitter: anything from nothing to the bound, which doubles with every attempt. Callers that failed together do
 * not come back together.
 */
export function fullJitter(attempt: number, backoff: Backoff, random: () => number = Math.random): number {
  const bound = Math.min(backoff.capMs, backoff.baseMs * 2 ** Math.min(Math.max(attempt, 1) - 1, 30));
  return Math.round(random() * bound);
}
