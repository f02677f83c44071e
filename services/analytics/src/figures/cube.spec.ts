import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cubeDifferences } from './cube-difference.js';
import { businessDateBetween, EVERYTHING, oneOf, type CubePredicate } from './cube-predicate.js';
import { CubeSlice, TooManyGroups } from './cube-slice.js';
import { Cube } from './cube.js';
import {
  orderGroups,
  orderParts,
  OUTCOMES,
  periodOf,
  type FigureGroup,
  type FigurePart,
  type FigureRow,
  type GroupDimension,
} from './figure-row.js';

const row = (change: Partial<FigureRow> = {}): FigureRow => ({
  outcome: 'OPEN',
  stage: 's1',
  pipeline: 'p1',
  product: 'a',
  manager: 'm1',
  department: 'd1',
  branch: 'b1',
  businessDate: '2026-03-05',
  currency: 'USD',
  amount: 10_000n,
  margin: undefined,
  ...change,
});

describe('Cube', () => {
  it('moves a deal from one group to another without a trace in the old one', () => {
    const cube = new Cube();
    const slice = new CubeSlice(cube, EVERYTHING, ['outcome']);
    cube.apply(undefined, row());
    expect(slice.read()).toMatchObject([{ keys: ['OPEN'], parts: [{ count: 1, amount: 10_000n }] }]);
    cube.apply(row(), row({ outcome: 'WON', amount: 25_000n }));
    expect(slice.read()).toMatchObject([{ keys: ['WON'], parts: [{ count: 1, amount: 25_000n }] }]);
    cube.apply(row({ outcome: 'WON', amount: 25_000n }), undefined);
    expect(slice.read()).toEqual([]);
  });

  it('gives the same array again while nothing in the slice changed', () => {
    const cube = new Cube();
    const slice = new CubeSlice(cube, oneOf('branch', ['b1']), ['outcome']);
    cube.apply(undefined, row());
    const first = slice.read();
    cube.apply(undefined, row({ branch: 'b2' }));
    expect(slice.read()).toBe(first);
  });

  it('starts again from the cells when it slept longer than the log reaches', () => {
    const cube = new Cube();
    const slice = new CubeSlice(cube, EVERYTHING, []);
    slice.read();
    for (let index = 0; index < 20_000; index++) cube.apply(undefined, row({ amount: BigInt(index) }));
    expect(slice.read()[0]?.parts).toEqual([
      { outcome: 'OPEN', currency: 'USD', count: 20_000, amount: 199_990_000n, margin: 0n, marginCount: 0 },
    ]);
  });

  it('refuses a cut of more groups than anybody reads, and any that grows to it', () => {
    const cube = new Cube();
    const slice = new CubeSlice(cube, EVERYTHING, ['manager']);
    for (let index = 0; index < 20_000; index++) cube.apply(undefined, row({ manager: `m${index}` }));
    expect(slice.read()).toHaveLength(20_000);
    cube.apply(undefined, row({ manager: 'one more' }));
    expect(() => slice.read()).toThrow(TooManyGroups);
    expect(() => slice.read()).toThrow(TooManyGroups);
    cube.apply(undefined, row({ manager: 'm1' }));
    expect(new CubeSlice(cube, EVERYTHING, []).read()[0]?.parts[0]?.count).toBe(20_002);
  });

  it('sums exactly beyond what a double or an int64 can hold', () => {
    const cube = new Cube();
    const most = 9_999_999_999_999_999_999n;
    for (let index = 0; index < 1_000; index++) cube.apply(undefined, row({ amount: most, margin: -most }));
    cube.apply(undefined, row({ amount: 1n, margin: 1n }));
    const [part] = new CubeSlice(cube, EVERYTHING, []).read()[0]!.parts;
    expect(part).toMatchObject({ amount: most * 1_000n + 1n, margin: -most * 1_000n + 1n, marginCount: 1_001 });
  });

  it('refuses to tell days from months where it is coarse', () => {
    const cube = new Cube({ without: [], coarseBefore: '2025-01' });
    const tells = (from: string, to: string): boolean => cube.canTell(businessDateBetween(from, to), []);
    expect(tells('2024-02-01', '2024-02-29')).toBe(true);
    expect(tells('2024-02-02', '')).toBe(false);
    expect(tells('', '2024-02-28')).toBe(false);
    expect(tells('2025-01-17', '2025-02-03')).toBe(true);
    expect(cube.canTell({ kind: 'test', dimension: 'period', test: () => true, days: 'each' }, [])).toBe(false);
    cube.apply(undefined, row({ businessDate: '2024-02-29' }));
    expect(new CubeSlice(cube, businessDateBetween('2024-02-01', '2024-02-29'), []).read()).toHaveLength(1);
    expect(new CubeSlice(cube, businessDateBetween('2024-03-01', ''), []).read()).toHaveLength(0);
  });

  it('names the cells in which it differs from another', () => {
    const one = new Cube();
    const other = new Cube();
    one.apply(undefined, row());
    other.apply(undefined, row());
    other.apply(undefined, row({ branch: 'b2' }));
    expect([...cubeDifferences(one, one)]).toEqual([]);
    expect([...cubeDifferences(one, other)]).toEqual([
      'OPEN|USD|s1|p1|a|m1|d1|b2|2026-03-05: nothing here, 1 deals, amount 10000, margin 0 of 0 there',
    ]);
    expect([...cubeDifferences(other, one)]).toEqual([expect.stringContaining('nothing there')]);
    one.apply(undefined, row({ branch: 'b2', amount: 5n }));
    expect([...cubeDifferences(one, other)]).toEqual([
      expect.stringMatching(/amount 5, .* here, .* amount 10000, .* there/),
    ]);
    one.apply(row({ branch: 'b2', amount: 5n }), undefined);
    other.apply(row({ branch: 'b2' }), undefined);
    expect([...cubeDifferences(one, other)]).toEqual([]);
  });
});

describe('a cube after any history', () => {
  const pick = (prefix: string, size: number): fc.Arbitrary<string> =>
    fc.oneof(
      fc.constant(''),
      fc.integer({ min: 1, max: size }).map((index) => `${prefix}${index}`),
    );
  const money = fc.bigInt(-(10n ** 19n), 10n ** 19n);
  const anyRow: fc.Arbitrary<FigureRow> = fc
    .record({
      outcome: fc.constantFrom(...OUTCOMES),
      stage: pick('s', 3),
      pipeline: pick('p', 2),
      product: pick('a', 3),
      manager: pick('m', 4),
      department: pick('d', 3),
      branch: pick('b', 2),
      businessDate: fc.constantFrom('', '2024-12-31', '2025-01-01', '2025-02-28', '2026-03-05', '2026-03-06'),
      currency: fc.constantFrom('', 'EUR', 'USD'),
      amount: money,
      margin: fc.option(money, { nil: undefined }),
    })
    .map((made) => (made.currency === '' ? { ...made, amount: undefined, margin: undefined } : made));
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ id: fc.nat(15), to: fc.option(anyRow, { nil: undefined }) }) },
    { weight: 1, arbitrary: fc.constant('read' as const) },
  );
  const cuts: readonly { predicate: CubePredicate; keep: (row: FigureRow) => boolean; groupBy: GroupDimension[] }[] = [
    { predicate: EVERYTHING, keep: () => true, groupBy: [] },
    { predicate: EVERYTHING, keep: () => true, groupBy: ['outcome', 'month', 'manager'] },
    { predicate: oneOf('manager', ['m1', 'm3']), keep: (r) => ['m1', 'm3'].includes(r.manager), groupBy: ['stage'] },
    {
      predicate: { kind: 'and', of: [oneOf('branch', ['b1']), businessDateBetween('2025-01-01', '2026-03-05')] },
      keep: (r) => r.branch === 'b1' && r.businessDate >= '2025-01-01' && r.businessDate <= '2026-03-05',
      groupBy: ['quarter', 'product'],
    },
    {
      predicate: { kind: 'not', of: { kind: 'or', of: [oneOf('stage', ['s1']), oneOf('product', [''])] } },
      keep: (r) => !(r.stage === 's1' || r.product === ''),
      groupBy: ['year', 'branch', 'department'],
    },
  ];

  it.each(['', '2026-01'])('equals what its final rows give (coarse before %p)', (coarseBefore) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (history) => {
        const cube = new Cube({ without: [], coarseBefore });
        const rows = new Map<number, FigureRow>();
        const alive = cuts.map((cut) => new CubeSlice(cube, cut.predicate, cut.groupBy));
        for (const entry of history) {
          if (entry === 'read') {
            for (const slice of alive) slice.read();
            continue;
          }
          cube.apply(rows.get(entry.id), entry.to);
          if (entry.to) rows.set(entry.id, entry.to);
          else rows.delete(entry.id);
        }
        cuts.forEach((cut, index) => {
          const expected = recompute([...rows.values()].filter(cut.keep), cut.groupBy);
          expect(alive[index]!.read()).toEqual(expected);
          expect(new CubeSlice(cube, cut.predicate, cut.groupBy).read()).toEqual(expected);
        });
      }),
      { numRuns: 200 },
    );
  });
});

/** The figures by plain addition over rows: what the cube is compared with. */
function recompute(rows: FigureRow[], groupBy: readonly GroupDimension[]): FigureGroup[] {
  const groups = new Map<string, { keys: string[]; parts: Map<string, FigurePart> }>();
  for (const one of rows) {
    const keys = groupBy.map((dimension) =>
      dimension === 'month' || dimension === 'quarter' || dimension === 'year'
        ? periodOf(one.businessDate, dimension)
        : one[dimension],
    );
    const group = groups.get(keys.join('|')) ?? { keys, parts: new Map<string, FigurePart>() };
    groups.set(keys.join('|'), group);
    const key = `${one.outcome}|${one.currency}`;
    const part = group.parts.get(key);
    group.parts.set(key, {
      outcome: one.outcome,
      currency: one.currency,
      count: (part?.count ?? 0) + 1,
      amount: (part?.amount ?? 0n) + (one.amount ?? 0n),
      margin: (part?.margin ?? 0n) + (one.margin ?? 0n),
      marginCount: (part?.marginCount ?? 0) + (one.margin === undefined ? 0 : 1),
    });
  }
  const found = [...groups.values()].map(({ keys, parts }) => ({ keys, parts: orderParts([...parts.values()]) }));
  return orderGroups(found, groupBy);
}
