import { describe, expect, it } from '@jest/globals';
import { contracts } from '@rapport/service-kit/contracts';
import { checkFilter, parseFilter, type AttributeDefinition, type CheckedFilter } from '@rapport/service-kit/filter';
import { CubeSlice } from '../figures/cube-slice.js';
import { Cube } from '../figures/cube.js';
import type { FigureRow } from '../figures/figure-row.js';
import { cubePredicate } from './fact-filter.js';
import { filterSql, Parameters } from './fact-filter-sql.js';

const A = '01900000-0000-7000-8000-00000000000a';
const B = '01900000-0000-7000-8000-00000000000b';
const ATTRIBUTES = new Map<string, AttributeDefinition>([
  ['size', { key: 'size', type: 'text', repeated: false, readable: true }],
  ['tags', { key: 'tags', type: 'option', repeated: true, readable: true }],
  ['weight', { key: 'weight', type: 'decimal', repeated: false, readable: true }],
]);

function checked(text: string): CheckedFilter {
  const parsed = parseFilter(text);
  if (parsed === undefined) throw new Error('empty');
  return checkFilter(parsed, {
    message: contracts.message('rapport.analytics.v1.DealFact'),
    readable: () => true,
    attributes: ATTRIBUTES,
  });
}

describe('cubePredicate', () => {
  const rows: Record<string, Partial<FigureRow>> = {
    openInA: { outcome: 'OPEN', branch: A, product: '', businessDate: '2026-01-31' },
    wonInA: { outcome: 'WON', branch: A, product: B, businessDate: '2026-02-01' },
    lostInB: { outcome: 'LOST', branch: B, product: A, businessDate: '' },
    unpriced: { outcome: 'OPEN', branch: B, product: A, currency: '', businessDate: '2026-02-02' },
  };
  const cube = new Cube();
  Object.entries(rows).forEach(([name, row]) =>
    cube.apply(undefined, {
      outcome: 'OPEN',
      stage: '',
      pipeline: '',
      product: '',
      department: '',
      branch: '',
      businessDate: '',
      currency: 'USD',
      amount: undefined,
      margin: undefined,
      ...row,
      manager: name,
    }),
  );
  const matching = (text: string): string[] => {
    const predicate = cubePredicate(checked(text));
    if (predicate === undefined) throw new Error('not for the cube');
    return new CubeSlice(cube, predicate, ['manager']).read().map(({ keys }) => keys[0]!);
  };

  it.each([
    ['outcome = WON', ['wonInA']],
    ['outcome = OUTCOME_WON', ['wonInA']],
    ['outcome != WON', ['lostInB', 'openInA', 'unpriced']],
    [`branch_id = ${A} AND outcome = OPEN`, ['openInA']],
    [`branchId = ${A}`, ['openInA', 'wonInA']],
    [`product_id = ""`, ['openInA']],
    [`product_id:*`, ['lostInB', 'unpriced', 'wonInA']],
    [`product_id != ${A}`, ['openInA', 'wonInA']],
    [`business_date >= "2026-02-01"`, ['unpriced', 'wonInA']],
    [`NOT business_date >= "2026-02-01"`, ['lostInB', 'openInA']],
    [`business_date = "2026-02-01" OR outcome = LOST`, ['lostInB', 'wonInA']],
    [`amount.currency_code = "USD"`, ['lostInB', 'openInA', 'wonInA']],
    [`outcome = "O*"`, ['openInA', 'unpriced']],
    [`NOT (outcome = OPEN OR branch_id = ${B})`, ['wonInA']],
  ])('%s', (text, expected) => {
    expect(matching(text)).toEqual(expected);
  });

  it.each([
    `counterparty_id = ${A}`,
    'amount:*',
    'margin:*',
    'attributes.size = "big"',
    `outcome = WON OR counterparty_id = ${A}`,
  ])('leaves %s to the table', (text) => {
    expect(cubePredicate(checked(text))).toBeUndefined();
  });

  it('says that it tells days apart, which a cube of months cannot', () => {
    const coarse = new Cube({ without: [], coarseBefore: '2026-02' });
    expect(coarse.canTell(cubePredicate(checked('NOT business_date > "2026-01-31"'))!, [])).toBe(false);
    expect(coarse.canTell(cubePredicate(checked('business_date:*'))!, ['month'])).toBe(true);
  });

  it('refuses an outcome that there is not', () => {
    expect(() => cubePredicate(checked('outcome = WONDERFUL'))).toThrow(
      expect.objectContaining({ reason: 'INVALID_FILTER' }),
    );
  });
});

describe('filterSql', () => {
  const HOSTILE = `x' OR 1=1 -- {p0: String}`;

  it.each([
    `outcome = "${HOSTILE}*"`,
    `attributes.size = "${HOSTILE}"`,
    `attributes.tags:"${HOSTILE}"`,
    `amount.currency_code = "${HOSTILE}"`,
  ])('brings no value into the text of %s', (text) => {
    const parameters = new Parameters();
    const sql = filterSql(checked(text), parameters);
    expect(sql).not.toContain('1=1');
    expect(Object.values(parameters.values).some((value) => String(value).includes('1=1'))).toBe(true);
  });

  it('negates as the filter does: what is absent matches', () => {
    const parameters = new Parameters();
    expect(filterSql(checked('NOT (margin.amount > 5 AND margin.currency_code = "USD")'), parameters)).toBe(
      '(NOT (isNotNull(margin) AND ifNull(margin > {p0: Decimal(38, 9)}, false)) OR ' +
        "NOT ((if(isNull(margin), '', currency) != '') AND ifNull(if(isNull(margin), '', currency) = {p1: String}, false)))",
    );
    expect(parameters.values).toEqual({ p0: '5', p1: 'USD' });
  });
});
