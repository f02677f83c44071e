import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { createProgress } from './progress.mjs';

describe('progress in a log', () => {
  let clock = 0;
  let written = '';
  const progress = createProgress({ write: (text: string) => (written += text) }, () => clock);

  it('is silent about what is quick', async () => {
    expect(await progress.step('quick', async () => 'done')).toBe('done');
    expect(written).toBe('');
  });

  it('tells what lasts longer than two seconds, and its end', async () => {
    await progress.step('slow', async (update) => {
      update('unpacking');
      clock += 2_100;
      await sleep(300);
      clock += 900;
    });
    expect(written).toBe('  … slow (unpacking) 2.1 s\n  ✓ slow 3.0 s\n');
  });

  it('tells a failure however quick it was', async () => {
    written = '';
    await expect(progress.step('broken', async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(written).toBe('  ✗ broken 0.0 s\n');
  });
});
