import { describe, expect, it } from '@jest/globals';
import type { FigureGroup } from '../figures/figure-row.js';
import { intervalBefore, salesReport } from './sales-report.js';

const group = (key: string, amount: bigint, change: Partial<FigureGroup['parts'][0]> = {}): FigureGroup => ({
  keys: [key],
  parts: [
    { outcome: 'WON', currency: 'USD', count: 1, amount: amount * 10_000n, margin: 0n, marginCount: 0, ...change },
  ],
});
const names = (_: string, value: string): string => value;

describe('intervalBefore', () => {
  it('is of equal length and ends the day before', () => {
    expect(intervalBefore('2026-03-01', '2026-03-31', ['branch'])).toEqual({ from: '2026-01-29', to: '2026-02-28' });
    expect(intervalBefore('2026-03-01', '2026-03-01', [])).toEqual({ from: '2026-02-28', to: '2026-02-28' });
  });

  it('is none without both ends, nor where rows are periods', () => {
    expect(intervalBefore('', '2026-03-31', [])).toBeUndefined();
    expect(intervalBefore('2026-03-01', '2026-03-31', ['branch', 'quarter'])).toBeUndefined();
  });
});

describe('salesReport', () => {
  it('tells the share of each row, and how it moved', () => {
    const { rows, totals } = salesReport(
      [group('a', 200n, { margin: 50_000n, marginCount: 1 }), group('b', 100n), group('c', 0n)],
      [group('a', 150n), group('c', 10n), group('gone', 40n)],
      ['product'],
      names,
    );
    expect(rows.map(({ figures }) => figures[0])).toEqual([
      {
        amount: { amount: '200', currencyCode: 'USD' },
        share: { value: '66.67' },
        previousAmount: { amount: '150', currencyCode: 'USD' },
        change: { value: '33.33' },
        margin: { amount: '5', currencyCode: 'USD' },
      },
      {
        amount: { amount: '100', currencyCode: 'USD' },
        share: { value: '33.33' },
        previousAmount: { amount: '0', currencyCode: 'USD' },
        change: undefined,
        margin: undefined,
      },
      {
        amount: { amount: '0', currencyCode: 'USD' },
        share: { value: '0' },
        previousAmount: { amount: '10', currencyCode: 'USD' },
        change: { value: '-100' },
        margin: undefined,
      },
    ]);
    expect(totals).toMatchObject({
      keys: [],
      count: 3,
      figures: [{ share: { value: '100' }, previousAmount: { amount: '200' }, change: { value: '50' } }],
    });
  });

  it('compares with nothing where there is no interval before', () => {
    const { totals } = salesReport([group('a', 1n)], undefined, ['product'], names);
    expect(totals.figures[0]).toMatchObject({ previousAmount: undefined, change: undefined });
  });
});
