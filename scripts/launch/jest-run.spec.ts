import { describe, expect, it } from '@jest/globals';
import { closingLine, countsOf, exitCodeOf, sumOf } from './jest-run.ts';

const report = {
  numPassedTests: 12,
  numFailedTests: 0,
  numPendingTests: 2,
  numTodoTests: 1,
  numRuntimeErrorTestSuites: 0,
};

describe('the closing line of npm test', () => {
  it('counts what passed, failed and was skipped', () => {
    expect(closingLine(countsOf(report))).toBe('12 passed, 0 failed, 3 skipped');
    expect(exitCodeOf(countsOf(report))).toBe(0);
  });

  it('counts a suite that could not be loaded as a failure', () => {
    const counts = countsOf({ ...report, numRuntimeErrorTestSuites: 1 });
    expect(closingLine(counts)).toBe('12 passed, 1 failed, 3 skipped');
    expect(exitCodeOf(counts)).toBe(1);
  });

  it('is a failure when nothing was tested', () => {
    expect(exitCodeOf({ passed: 0, failed: 0, skipped: 5 })).toBe(1);
  });
});

describe('several runs', () => {
  it('are counted together', () => {
    const one = { passed: 2, failed: 1, skipped: 0 };
    expect(sumOf([one, one, { passed: 0, failed: 0, skipped: 4 }])).toEqual({ passed: 4, failed: 2, skipped: 4 });
  });
});
