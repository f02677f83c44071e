import { describe, expect, it } from '@jest/globals';
import { pipelineFolder } from './config.js';
import {
  EXPECTED_DIMENSIONS,
  expectedFigures,
  expectedMeasures,
  expectedRows,
  readExpectedDeals,
  type ExpectedDeal,
} from './expected-figures.js';

// The data set is not part of the project; where it is absent there is nothing to compare with.
(pipelineFolder ? describe : describe.skip)('expected figures', () => {
  const deals: ExpectedDeal[] = pipelineFolder ? readExpectedDeals(pipelineFolder) : [];

  it('are those that were published', () => {
    expect(expectedMeasures(deals)).toMatchObject({
      count: 8800,
      wonCount: 4238,
      lostCount: 2473,
      wonAmount: '10005534',
      winRate: '63.15',
    });
    const open = expectedRows(
      deals.filter(({ outcome }) => outcome === 'OPEN'),
      'stage',
    );
    expect([...open].map(([stage, { count }]) => [stage, count]).sort()).toEqual([
      ['Engaging', 1589],
      ['Prospecting', 500],
    ]);
  });

  it('have three branches, six departments, thirty agents with deals and seven products', () => {
    expect(expectedRows(deals, 'branch').size).toBe(3);
    expect(expectedRows(deals, 'department').size).toBe(6);
    expect(expectedRows(deals, 'manager').size).toBe(30);
    expect(expectedRows(deals, 'product').size).toBe(7);
  });

  it.each(EXPECTED_DIMENSIONS)('add up to the whole by %s', (dimension) => {
    const rows = [...expectedRows(deals, dimension).values()];
    const whole = expectedMeasures(deals);
    expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(whole.count);
    expect(rows.reduce((sum, { wonAmount }) => sum + Number(wonAmount ?? 0), 0)).toBe(Number(whole.wonAmount));
  });

  it('are keyed as the board shows them', () => {
    const figures = expectedFigures(pipelineFolder ?? '');
    expect(figures.byOutcome['Won']).toEqual({ count: 4238, amount: '10005534' });
    expect(figures.openByStage).toEqual({
      Engaging: { count: 1589, amount: '0' },
      Prospecting: { count: 500, amount: '0' },
    });
    expect(figures.wonByManager['Schlecht Darcel']?.count).toBe(349);
    expect(figures.wonByMonth['2017-12']?.count).toBeGreaterThan(0);
  });

  it('put the deals that nobody dated apart', () => {
    expect(expectedRows(deals, 'month').get('')?.count).toBe(500);
  });
});
