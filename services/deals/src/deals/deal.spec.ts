import { Money } from '@rapport/service-kit/money';
import { assertHistory, assertOpen, assertStage, businessDate, lose, margin, win, type DealState, type OpenDeal } from './deal.js';

const owner = { employeeId: 'e1', departmentId: 'd1', branchId: 'b1' };
const open = (changes: Partial<OpenDeal> = {}): OpenDeal => ({
  id: 'deal-1',
  outcome: 'OPEN',
  pipelineId: 'p1',
  stageId: 's1',
  amount: Money.of('100', 'UAH'),
  owner,
  startDate: '2026-01-01',
  ...changes,
});

describe('win', () => {
  it('freezes the amount, the day and whom it is credited to', () => {
    expect(win(open(), '2026-02-03', undefined)).toEqual({
      outcome: 'WON',
      amount: Money.of('100', 'UAH'),
      closeDate: '2026-02-03',
      businessDate: '2026-02-03',
      credited: owner,
    });
  });

  it('takes the order sum that the caller states', () => {
    expect(win(open(), '2026-02-03', Money.of('90', 'UAH')).amount?.amount).toBe('90');
  });
});

it('keeps the reason of a loss', () => {
  expect(lose(open(), '2026-02-03', 'r1', 'too dear')).toMatchObject({ outcome: 'LOST', lossReasonId: 'r1', lossComment: 'too dear' });
});

it('refuses to change a closed deal', () => {
  const deal: DealState = { ...open(), outcome: 'WON' };
  expect(() => assertOpen(deal)).toThrow('only an open deal');
});

it.each([
  ['2026-02-03', '2026-01-01', '2026-02-03'],
  [undefined, '2026-01-01', '2026-01-01'],
  [undefined, undefined, undefined],
])('close %s, start %s: figures on %s', (close, start, day) => expect(businessDate(close, start)).toBe(day));

it('knows the margin only when amount and cost are known', () => {
  expect(margin(Money.of('10', 'UAH'), Money.of('4', 'UAH'))?.amount).toBe('6');
  expect(margin(Money.of('10', 'UAH'), undefined)).toBeUndefined();
});

it('names a stage of another pipeline', () => {
  expect(() => assertStage({ id: 'p1', stageIds: ['s1'] }, 's9', 'stage_id')).toThrow('not a stage of pipeline p1');
});

describe('assertHistory', () => {
  const history = { outcome: 'OPEN' as const, startDate: undefined, closeDate: undefined, lossReasonId: undefined };

  it.each([
    [{ outcome: 'WON' as const }, 'deal.close_date'],
    [{ closeDate: '2026-01-01' }, 'deal.close_date'],
    [{ outcome: 'WON' as const, startDate: '2026-02-01', closeDate: '2026-01-01' }, 'deal.close_date'],
    [{ outcome: 'WON' as const, closeDate: '2026-01-01', lossReasonId: 'r1' }, 'deal.loss_reason_id'],
  ])('refuses %j', (changes, field) => {
    expect(() => assertHistory({ ...history, ...changes }, 'deal')).toThrow(
      expect.objectContaining({ violations: [expect.objectContaining({ field })] }),
    );
  });

  it('takes an open deal without dates, as imported prospects are', () => expect(() => assertHistory(history, 'deal')).not.toThrow());
});
