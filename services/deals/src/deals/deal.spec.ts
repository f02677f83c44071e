import { type Deal, Deal_Outcome } from '@rapport/contracts/rapport/deals/v1/deal';
import type { Money } from '@rapport/contracts/rapport/type/v1/type';
import {
  assertHistory,
  assertOneCurrency,
  assertOpen,
  assertStage,
  businessDate,
  creditedTo,
  lose,
  margin,
  win,
  type OpenDeal,
} from './deal.js';

const uah = (amount: string): Money => ({ amount, currencyCode: 'UAH' });
const day = (value: string) => ({ value });
const owner = { ownerId: 'e1', departmentId: 'd1', branchId: 'b1' };
const credited = { creditedEmployeeId: 'e1', creditedDepartmentId: 'd1', creditedBranchId: 'b1' };
const open = (changes: Partial<Deal> = {}): OpenDeal =>
  ({ id: 'deal-1', outcome: Deal_Outcome.OPEN, amount: uah('100'), ...owner, ...changes }) as OpenDeal;

describe('win', () => {
  it('freezes the amount, the day and whom it is credited to', () => {
    expect(win(open(), day('2026-02-03'), undefined)).toEqual({
      outcome: Deal_Outcome.WON,
      amount: uah('100'),
      closeDate: day('2026-02-03'),
      businessDate: day('2026-02-03'),
      ...credited,
    });
  });

  it('takes the order sum that the caller states', () => {
    expect(win(open(), day('2026-02-03'), uah('90')).amount).toEqual(uah('90'));
  });
});

it('keeps the reason of a loss (D12)', () => {
  const lost = lose(open(), day('2026-02-03'), { lossReasonId: 'r1', comment: 'too dear' });
  expect(lost).toMatchObject({ outcome: Deal_Outcome.LOST, lossReasonId: 'r1', lossComment: 'too dear', ...credited });
});

it('refuses to change a closed deal', () => {
  expect(() => assertOpen({ ...open(), outcome: Deal_Outcome.WON })).toThrow('only an open deal');
});

it('credits an open deal to its owner', () => expect(creditedTo(owner)).toEqual(credited));

it.each([
  ['2026-02-03', '2026-01-01', '2026-02-03'],
  [undefined, '2026-01-01', '2026-01-01'],
  [undefined, undefined, undefined],
])('close %s, start %s: figures on %s', (close, start, figures) => {
  const days = { closeDate: close ? day(close) : undefined, startDate: start ? day(start) : undefined };
  expect(businessDate(days)?.value).toBe(figures);
});

describe('margin', () => {
  it('is known only when amount and cost are', () => {
    expect(margin({ amount: uah('10'), cost: uah('4') })).toEqual(uah('6'));
    expect(margin({ amount: uah('10'), cost: undefined })).toBeUndefined();
  });

  it('is unknown across currencies, without a word about the cost to who changes the amount', () => {
    expect(margin({ amount: uah('10'), cost: { amount: '4', currencyCode: 'USD' } })).toBeUndefined();
  });

  it('needs a cost in the currency of the amount from who states it', () => {
    const mixed = { amount: uah('10'), cost: { amount: '4', currencyCode: 'USD' } };
    expect(() => assertOneCurrency(mixed, 'deal')).toThrow('another currency');
    expect(() => assertOneCurrency({ amount: uah('10'), cost: uah('4') }, 'deal')).not.toThrow();
  });
});

it('names a stage of another pipeline', () => {
  expect(() => assertStage(new Set(['s1']), 's9', 'stage_id')).toThrow('not one of the deal’s pipeline');
});

describe('assertHistory', () => {
  const history = { outcome: Deal_Outcome.OPEN, startDate: undefined, closeDate: undefined, lossReasonId: '' };

  it.each([
    [{ outcome: Deal_Outcome.WON }, 'deal.close_date'],
    [{ closeDate: day('2026-01-01') }, 'deal.close_date'],
    [{ outcome: Deal_Outcome.WON, startDate: day('2026-02-01'), closeDate: day('2026-01-01') }, 'deal.close_date'],
    [{ outcome: Deal_Outcome.WON, closeDate: day('2026-01-01'), lossReasonId: 'r1' }, 'deal.loss_reason_id'],
  ])('refuses %j', (changes, field) => {
    expect(() => assertHistory({ ...history, ...changes }, 'deal')).toThrow(
      expect.objectContaining({ violations: [expect.objectContaining({ field })] }),
    );
  });

  it('takes an open deal without dates, as imported prospects are', () => {
    expect(() => assertHistory(history, 'deal')).not.toThrow();
  });
});
