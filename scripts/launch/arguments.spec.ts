import { describe, expect, it } from '@jest/globals';
import { parseArguments } from './arguments.ts';

describe('the options of npm start', () => {
  it('keep the data and load the demo company when there are none', () => {
    expect(parseArguments([])).toEqual({ fresh: false, demo: true });
  });

  it('can be combined', () => {
    expect(parseArguments(['--no-demo', '--fresh'])).toEqual({ fresh: true, demo: false });
  });

  it('are refused in one sentence when unknown', () => {
    expect(() => parseArguments(['--frsh'])).toThrow(
      'Unknown option --frsh: npm start knows -- --fresh and -- --no-demo.',
    );
  });
});
