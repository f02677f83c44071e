import { describe, expect, it } from '@jest/globals';
import { firstCatchUp, type CatchUpWorld } from './first-catch-up.js';

/** A world whose time goes by only while it sleeps. */
function world(lag: (elapsedMs: number) => number | undefined): CatchUpWorld & { elapsed: () => number } {
  let time = 0;
  return {
    lag: async () => lag(time),
    now: () => time,
    sleep: async (ms) => {
      time += ms;
    },
    elapsed: () => time,
  };
}

describe('firstCatchUp', () => {
  it('does not wait where nothing waits', async () => {
    const idle = world(() => 0);
    expect(await firstCatchUp(idle)).toBe('caught-up');
    expect(idle.elapsed()).toBe(0);
  });

  it('waits while events are worked off', async () => {
    const busy = world((elapsed) => Math.max(0, 500 - elapsed));
    expect(await firstCatchUp(busy)).toBe('caught-up');
    expect(busy.elapsed()).toBe(500);
  });

  it('goes on without a broker after a moment', async () => {
    const alone = world(() => undefined);
    expect(await firstCatchUp(alone)).toBe('unknown');
    expect(alone.elapsed()).toBe(3_000);
  });

  it('goes on when it falls behind for too long', async () => {
    expect(await firstCatchUp(world(() => 1_000_000))).toBe('behind');
  });
});
