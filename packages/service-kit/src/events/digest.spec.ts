import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HOUR_MS, differingHours, digestOf, leastIdAt, rangesOfHours, timeOfId } from './digest.js';

const NOON = new Date('2026-03-01T12:00:00Z');
const idAt = (instant: Date, tail: string): string =>
  `${leastIdAt(instant).slice(0, 14)}7${tail.padStart(3, '0')}-8000-000000000000`;

describe('digests', () => {
  it('reads back the instant inside an id', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 47 }), (ms) => {
        expect(timeOfId(leastIdAt(new Date(ms))).getTime()).toBe(ms);
      }),
    );
  });

  it('does not depend on the order of the entries', () => {
    const ids = ['001', '002', '003'].map((tail) => ({ id: idAt(NOON, tail), entry: idAt(NOON, tail) }));
    expect(digestOf(ids)).toEqual(digestOf([...ids].reverse()));
    expect(digestOf(ids)).toHaveLength(1);
    expect(digestOf(ids)[0]).toMatchObject({ hour: NOON, count: 3 });
  });

  it('finds a missing entry, a surplus one and another version', () => {
    const one = { id: idAt(NOON, '001'), entry: 'a:1' };
    const other = { id: idAt(NOON, '002'), entry: 'b:1' };
    const newer = { id: idAt(NOON, '002'), entry: 'b:2' };
    const later = { id: idAt(new Date(NOON.getTime() + 5 * HOUR_MS), '001'), entry: 'c:1' };
    expect(differingHours(digestOf([one, other]), digestOf([one]))).toEqual([NOON]);
    expect(differingHours(digestOf([one]), digestOf([one, other]))).toEqual([NOON]);
    expect(differingHours(digestOf([one, other]), digestOf([one, newer]))).toEqual([NOON]);
    expect(differingHours(digestOf([one, later]), digestOf([one]))).toEqual([new Date(NOON.getTime() + 5 * HOUR_MS)]);
    expect(differingHours(digestOf([one, other]), digestOf([other, one]))).toEqual([]);
  });

  it('adds up the types of one hour before it compares', () => {
    const [a, b] = [
      digestOf([{ id: idAt(NOON, '001'), entry: 'a' }]),
      digestOf([{ id: idAt(NOON, '002'), entry: 'b' }]),
    ];
    const both = digestOf([
      { id: idAt(NOON, '001'), entry: 'a' },
      { id: idAt(NOON, '002'), entry: 'b' },
    ]);
    expect(differingHours([...a, ...b], both)).toEqual([]);
  });

  it('joins neighbouring hours into ranges of bounded length', () => {
    const hours = [0, 1, 2, 3, 7].map((offset) => new Date(NOON.getTime() + offset * HOUR_MS));
    const spans = rangesOfHours(hours, 3).map(({ from, to }) =>
      [from, to].map((at) => (at.getTime() - NOON.getTime()) / HOUR_MS),
    );
    expect(spans).toEqual([
      [0, 3],
      [3, 4],
      [7, 8],
    ]);
  });
});
