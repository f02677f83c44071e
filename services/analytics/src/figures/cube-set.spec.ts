import { describe, expect, it } from '@jest/globals';
import { EVERYTHING, oneOf } from './cube-predicate.js';
import { CubeSet, ROLL_UPS, rollUpsWithin } from './cube-set.js';
import { CubeSlice } from './cube-slice.js';
import { Cube, WHOLE } from './cube.js';
import type { FigureRow } from './figure-row.js';

const row = (change: Partial<FigureRow>): FigureRow => ({
  outcome: 'OPEN',
  stage: 's1',
  pipeline: 'p',
  product: 'a',
  manager: 'm',
  department: 'd',
  branch: 'b',
  businessDate: '2026-03-05',
  currency: 'USD',
  amount: 1n,
  margin: undefined,
  ...change,
});

describe('rollUpsWithin', () => {
  it('keeps the whole alone where it fits', () => {
    expect(rollUpsWithin(100, [100, 50, 50, 50, 10])).toEqual([[]]);
  });

  it('keeps what fits where the whole does not', () => {
    expect(rollUpsWithin(100, [900, 90, 300, 100, 10])).toEqual([ROLL_UPS[1], ROLL_UPS[3], ROLL_UPS[4]]);
  });

  it('keeps nothing where nothing fits: the table answers then', () => {
    expect(rollUpsWithin(1, [9, 9, 9, 9, 9])).toEqual([]);
  });
});

describe('CubeSet', () => {
  const small = new Cube({ without: ['product', 'stage'], coarseBefore: '' });
  const large = new Cube({ without: ['stage'], coarseBefore: '' });
  const set = new CubeSet([large, small]);
  for (const product of ['a', 'b', 'c']) set.apply(undefined, row({ product }));
  const sized = new CubeSet(set.cubes);

  it('asks the smallest cube that can tell', () => {
    expect(sized.find(EVERYTHING, ['manager', 'month'])).toBe(small);
    expect(sized.find(oneOf('product', ['a']), ['manager'])).toBe(large);
    expect(sized.find(EVERYTHING, ['stage'])).toBeUndefined();
  });

  it('keeps all of them up', () => {
    for (const cube of sized.cubes) {
      expect(new CubeSlice(cube, EVERYTHING, []).read()).toMatchObject([{ parts: [{ count: 3, amount: 3n }] }]);
    }
    expect(new Cube(WHOLE).canTell(oneOf('stage', ['s']), ['product'])).toBe(true);
  });
});
