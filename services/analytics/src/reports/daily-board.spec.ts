import { describe, expect, it } from '@jest/globals';
import type { FigurePart } from '../figures/figure-row.js';
import { dailyBoard } from './daily-board.js';

const part = (change: Partial<FigurePart>): FigurePart => ({
  outcome: 'OPEN',
  currency: 'USD',
  count: 1,
  amount: 10_000n,
  margin: 0n,
  marginCount: 0,
  ...change,
});
const names = (_: string, value: string): string => (value === '' ? '' : `name of ${value}`);

describe('dailyBoard', () => {
  it('counts and sums each row and the whole', () => {
    const { rows, totals } = dailyBoard(
      [
        {
          keys: ['b1'],
          parts: [part({ count: 2 }), part({ outcome: 'WON', count: 3, amount: 500_000n, margin: 7n, marginCount: 1 })],
        },
        {
          keys: [''],
          parts: [
            part({ outcome: 'LOST', count: 1, amount: 0n }),
            part({ outcome: 'WON', currency: 'EUR', amount: 1n }),
          ],
        },
      ],
      ['branch'],
      names,
    );
    expect(rows.map(({ keys }) => keys)).toEqual([
      [{ dimension: 'branch', value: 'b1', displayName: 'name of b1' }],
      [{ dimension: 'branch', value: '', displayName: '' }],
    ]);
    expect(rows[0]?.measures).toEqual({
      count: 5,
      openCount: 2,
      wonCount: 3,
      lostCount: 0,
      amounts: [{ amount: '51', currencyCode: 'USD' }],
      openAmounts: [{ amount: '1', currencyCode: 'USD' }],
      wonAmounts: [{ amount: '50', currencyCode: 'USD' }],
      winRate: { value: '100' },
      wonMargins: [{ amount: '0.0007', currencyCode: 'USD' }],
    });
    expect(totals).toMatchObject({
      count: 7,
      winRate: { value: '80' },
      wonAmounts: [
        { amount: '0.0001', currencyCode: 'EUR' },
        { amount: '50', currencyCode: 'USD' },
      ],
    });
  });

  it('has no win rate while nothing is closed, and no sum of deals without an amount', () => {
    const { totals } = dailyBoard([{ keys: [], parts: [part({ currency: '', amount: 0n, count: 4 })] }], [], names);
    expect(totals).toMatchObject({ count: 4, winRate: undefined, amounts: [], wonMargins: [] });
  });

  it('is all zero over nothing', () => {
    expect(dailyBoard([], [], names)).toMatchObject({ rows: [], totals: { count: 0, winRate: undefined } });
  });
});
