import { describe, expect, it } from '@jest/globals';
import { Deal, Deal_Outcome } from '@rapport/contracts/rapport/deals/v1/deal';
import { changesOf, dealRow, figureRow, type DealRow, type PresentDeal } from './deal-row.js';

const ID = '01900000-0000-7000-8000-000000000001';
const EVENT = '01900000-0000-7000-8000-0000000000ff';

const event = (deal: Partial<Deal>, version = 1) => ({
  eventId: EVENT,
  version,
  occurTime: new Date('2026-03-05T10:00:00Z'),
  deal: { ...Deal.decode(new Uint8Array()), id: ID, outcome: Deal_Outcome.OPEN, ...deal },
});

describe('dealRow', () => {
  it('keeps whom it is credited to apart from who owns it', () => {
    const row = dealRow(
      event({
        ownerId: 'new',
        departmentId: 'd-new',
        branchId: 'b-new',
        creditedEmployeeId: 'did',
        creditedDepartmentId: 'd',
        creditedBranchId: 'b',
      }),
    );
    expect(row).toMatchObject({
      owner_id: 'new',
      owner_branch_id: 'b-new',
      manager_id: 'did',
      department_id: 'd',
      branch_id: 'b',
    });
  });

  it('takes a deal without amount, date or product', () => {
    expect(figureRow(dealRow(event({})))).toMatchObject({
      amount: undefined,
      currency: '',
      businessDate: '',
      product: '',
    });
  });

  it('keeps a deleted deal out of the figures', () => {
    expect(figureRow(dealRow(event({ deleteTime: new Date() })))).toBeUndefined();
  });

  it.each<[string, Partial<Deal>]>([
    ['an outcome that does not exist', { outcome: Deal_Outcome.UNSPECIFIED }],
    ['an id that is none', { id: 'x' }],
    ['an amount that is none', { amount: { amount: '1e5', currencyCode: 'USD' } }],
    ['an amount that is too wide', { amount: { amount: '1000000000000000', currencyCode: 'USD' } }],
    ['a day that does not exist', { businessDate: { value: '2026-13-01' } }],
    [
      'a margin in another currency',
      { amount: { amount: '1', currencyCode: 'USD' }, margin: { amount: '1', currencyCode: 'EUR' } },
    ],
  ])('refuses %s', (_, deal) => {
    expect(() => dealRow(event(deal))).toThrow(RangeError);
  });
});

describe('changesOf', () => {
  const at = (version: number, outcome = Deal_Outcome.OPEN): DealRow => dealRow(event({ outcome }, version));
  const stored = (row: DealRow): ReadonlyMap<string, PresentDeal> =>
    new Map([[row.id, { version: row.version, figure: figureRow(row) }]]);

  it('takes the newest of several versions, in whatever order they come', () => {
    expect(changesOf([at(3), at(1), at(2)], new Map())).toMatchObject([{ row: { version: 3 }, before: undefined }]);
  });

  it('drops what is stored already, or older', () => {
    expect(changesOf([at(2), at(1)], stored(at(2)))).toEqual([]);
  });

  it('says what the figures held before', () => {
    expect(changesOf([at(2, Deal_Outcome.WON)], stored(at(1)))).toMatchObject([
      { before: { outcome: 'OPEN' }, after: { outcome: 'WON' } },
    ]);
  });

  it('brings an undeleted deal back', () => {
    const deleted = dealRow(event({ deleteTime: new Date() }, 2));
    expect(changesOf([at(3)], stored(deleted))).toMatchObject([{ before: undefined, after: { outcome: 'OPEN' } }]);
  });
});
