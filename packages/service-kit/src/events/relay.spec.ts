import { describe, expect, it } from '@jest/globals';
import { inVersionOrder } from './relay.js';

const rows = (...names: string[]) => names.map((name) => ({ aggregate_id: name[0] ?? '', version: Number(name[1]) }));

describe('inVersionOrder', () => {
  it('keeps the places of the aggregates and sorts the versions of each', () => {
    expect(inVersionOrder(rows('a2', 'b1', 'a1', 'c7', 'a3', 'b0'))).toEqual(rows('a1', 'b0', 'a2', 'c7', 'a3', 'b1'));
  });
});
