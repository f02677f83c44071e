const ASK_EVERY_MS = 100;
/** A stream that nobody has made yet, or a broker that is away, may stay so: what is stored is served then. */
const ABSENT_MS = 3_000;
/** Behind by more than this takes: the figures are served and say by their data time how old they are. */
const LONGEST_MS = 60_000;

/** The world as the wait sees it. */
export interface CatchUpWorld {
  /** Events that wait for the consumers; undefined where that cannot be told. */
  readonly lag: () => Promise<number | undefined>;
  /** Milliseconds that have gone by, from any beginning. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

export type CatchUp = 'caught-up' | 'unknown' | 'behind';

/**
 * Waits until nothing waits for the consumers, so that the first figures that
 * anybody sees are those of today; bounded, because a service has to start
 * without its broker too.
 */
export async function firstCatchUp({ lag, now, sleep }: CatchUpWorld): Promise<CatchUp> {
  const began = now();
  let lastTold = began;
  for (;;) {
    const waiting = await lag();
    if (waiting === 0) return 'caught-up';
    if (waiting !== undefined) lastTold = now();
    if (now() - lastTold >= ABSENT_MS) return 'unknown';
    if (now() - began >= LONGEST_MS) return 'behind';
    await sleep(ASK_EVERY_MS);
  }
}
