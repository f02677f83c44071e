import { type Deal, Deal_Outcome } from '@rapport/contracts/rapport/deals/v1/deal';
import type { LocalDate, Money as MoneyMessage } from '@rapport/contracts/rapport/type/v1/type';
import { AppError } from '@rapport/service-kit/errors';
import { Money } from '@rapport/service-kit/money';

/** A deal that is being worked on. */
export type OpenDeal = Deal & { readonly outcome: Deal_Outcome.OPEN };

/** To whom figures credit a deal. */
export type Credited = Pick<Deal, 'creditedEmployeeId' | 'creditedDepartmentId' | 'creditedBranchId'>;

/** What closing changes; whom it is credited to is frozen with it. */
type Closing = Pick<Deal, 'outcome' | 'closeDate' | 'businessDate'> & Credited;

/** @throws FAILED_PRECONDITION/DEAL_NOT_OPEN */
export function assertOpen(deal: Deal): asserts deal is OpenDeal {
  if (deal.outcome === Deal_Outcome.OPEN) return;
  const outcome = deal.outcome.replace('OUTCOME_', '');
  throw new AppError(
    'FAILED_PRECONDITION',
    'DEAL_NOT_OPEN',
    `The deal is ${outcome}; only an open deal can be changed so.`,
    {
      dealId: deal.id,
      outcome,
    },
  );
}

/** The order sum is what the caller says, else the expected amount, else unknown; it is frozen. */
export function win(
  deal: OpenDeal,
  today: LocalDate,
  orderSum: MoneyMessage | undefined,
): Closing & Pick<Deal, 'amount'> {
  return { ...close(deal, today), outcome: Deal_Outcome.WON, amount: orderSum ?? deal.amount };
}

export function lose(
  deal: OpenDeal,
  today: LocalDate,
  { lossReasonId, comment }: { readonly lossReasonId: string; readonly comment: string },
): Closing & Pick<Deal, 'lossReasonId' | 'lossComment'> {
  return { ...close(deal, today), outcome: Deal_Outcome.LOST, lossReasonId, lossComment: comment };
}

function close(deal: OpenDeal, today: LocalDate): Omit<Closing, 'outcome'> {
  return { closeDate: today, businessDate: today, ...creditedTo(deal) };
}

/** The owner trio, as the one that figures credit: of an open deal the two are the same. */
export function creditedTo(owner: Pick<Deal, 'ownerId' | 'departmentId' | 'branchId'>): Credited {
  return {
    creditedEmployeeId: owner.ownerId,
    creditedDepartmentId: owner.departmentId,
    creditedBranchId: owner.branchId,
  };
}

/** The day of a deal's figures. */
export function businessDate({ closeDate, startDate }: Pick<Deal, 'closeDate' | 'startDate'>): LocalDate | undefined {
  return closeDate ?? startDate;
}

/**
 * amount - cost; unknown unless both are known, in one currency. That they are
 * not says nothing: who changes the amount may not be entitled to the cost.
 */
export function margin({ amount, cost }: Pick<Deal, 'amount' | 'cost'>): MoneyMessage | undefined {
  if (!amount || !cost || amount.currencyCode !== cost.currencyCode) return undefined;
  return Money.fromProto(amount).minus(Money.fromProto(cost)).toProto();
}

/**
 * For who states the cost: it is in the currency of the amount.
 * @throws INVALID_ARGUMENT/CURRENCY_MISMATCH naming `at`.cost
 */
export function assertOneCurrency({ amount, cost }: Pick<Deal, 'amount' | 'cost'>, at: string): void {
  if (!amount || !cost || amount.currencyCode === cost.currencyCode) return;
  throw new AppError('INVALID_ARGUMENT', 'CURRENCY_MISMATCH', 'The cost is in another currency than the amount.', {}, [
    {
      field: `${at}.cost.currency_code`,
      description: 'Must be the currency of the amount.',
      reason: 'CURRENCY_MISMATCH',
    },
  ]);
}

/** @throws INVALID_ARGUMENT/STAGE_NOT_IN_PIPELINE naming `field` */
export function assertStage(stageIds: ReadonlySet<string>, stageId: string, field: string): void {
  if (stageIds.has(stageId)) return;
  throw new AppError(
    'INVALID_ARGUMENT',
    'STAGE_NOT_IN_PIPELINE',
    'The stage is not one of the deal’s pipeline.',
    { stageId },
    [{ field, description: 'Must be a stage of the deal’s pipeline.', reason: 'STAGE_NOT_IN_PIPELINE' }],
  );
}

/**
 * A closed deal has a close date, an open one has none, nothing closes before
 * it began, and only what is lost has a reason of loss.
 * @throws INVALID_ARGUMENT/INVALID_REQUEST naming the field, below `at`
 */
export function assertHistory(
  deal: Pick<Deal, 'outcome' | 'startDate' | 'closeDate' | 'lossReasonId'>,
  at: string,
): void {
  const violation = historyViolation(deal);
  if (!violation) return;
  const [field, description] = violation;
  throw new AppError('INVALID_ARGUMENT', 'INVALID_REQUEST', 'The history of the deal contradicts itself.', {}, [
    { field: `${at}.${field}`, description },
  ]);
}

function historyViolation({
  outcome,
  startDate,
  closeDate,
  lossReasonId,
}: Parameters<typeof assertHistory>[0]): [string, string] | undefined {
  const open = outcome === Deal_Outcome.OPEN;
  if (!open && !closeDate) return ['close_date', 'A closed deal needs a close date.'];
  if (open && closeDate) return ['close_date', 'An open deal has no close date.'];
  if (startDate && closeDate && closeDate.value < startDate.value) {
    return ['close_date', 'A deal cannot close before work on it began.'];
  }
  if (outcome !== Deal_Outcome.LOST && lossReasonId !== '')
    return ['loss_reason_id', 'Only a lost deal has a reason of loss.'];
  return undefined;
}
