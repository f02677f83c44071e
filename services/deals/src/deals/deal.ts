import { AppError } from '@rapport/service-kit/errors';
import { Money } from '@rapport/service-kit/money';

/** ISO date, `YYYY-MM-DD`. */
export type LocalDate = string;

export type Outcome = 'OPEN' | 'WON' | 'LOST';

/** Whom a deal belongs to, or to whom it is credited. */
export interface Trio {
  readonly employeeId: string;
  readonly departmentId: string;
  readonly branchId: string;
}

/** What the rules need to know of a deal. */
export interface DealState {
  readonly id: string;
  readonly outcome: Outcome;
  readonly pipelineId: string;
  readonly stageId: string;
  readonly amount: Money | undefined;
  readonly owner: Trio;
  readonly startDate: LocalDate | undefined;
}

export interface OpenDeal extends DealState {
  readonly outcome: 'OPEN';
}

/** What closing changes; the credited trio is frozen with it. */
export interface Closing {
  readonly outcome: 'WON' | 'LOST';
  readonly closeDate: LocalDate;
  readonly businessDate: LocalDate;
  readonly credited: Trio;
}

export interface Won extends Closing {
  readonly outcome: 'WON';
  readonly amount: Money | undefined;
}

export interface Lost extends Closing {
  readonly outcome: 'LOST';
  readonly lossReasonId: string;
  readonly lossComment: string;
}

/** @throws FAILED_PRECONDITION/DEAL_NOT_OPEN */
export function assertOpen<D extends DealState>(deal: D): asserts deal is D & OpenDeal {
  if (deal.outcome === 'OPEN') return;
  throw new AppError(
    'FAILED_PRECONDITION',
    'DEAL_NOT_OPEN',
    `Deal ${deal.id} is ${deal.outcome}; only an open deal can be changed so.`,
    { dealId: deal.id, outcome: deal.outcome },
  );
}

/**
 * The order sum is what the caller says, else the expected amount, else
 * unknown.
 */
export function win(deal: OpenDeal, today: LocalDate, orderSum: Money | undefined): Won {
  return { ...close(deal, today), outcome: 'WON', amount: orderSum ?? deal.amount };
}

export function lose(deal: OpenDeal, today: LocalDate, lossReasonId: string, lossComment: string): Lost {
  return { ...close(deal, today), outcome: 'LOST', lossReasonId, lossComment };
}

function close(deal: OpenDeal, today: LocalDate): Omit<Closing, 'outcome'> {
  return { closeDate: today, businessDate: today, credited: deal.owner };
}

/** The day of a deal's figures. */
export function businessDate(closeDate: LocalDate | undefined, startDate: LocalDate | undefined): LocalDate | undefined {
  return closeDate ?? startDate;
}

/** amount - cost; unknown unless both are known. */
export function margin(amount: Money | undefined, cost: Money | undefined): Money | undefined {
  return amount && cost && amount.minus(cost);
}

/** Where a deal can stand: the stages of its pipeline, in order. */
export interface PipelineStages {
  readonly id: string;
  readonly stageIds: readonly string[];
}

/** @throws INVALID_ARGUMENT/STAGE_NOT_IN_PIPELINE */
export function assertStage(pipeline: PipelineStages, stageId: string, field: string): void {
  if (pipeline.stageIds.includes(stageId)) return;
  throw new AppError(
    'INVALID_ARGUMENT',
    'STAGE_NOT_IN_PIPELINE',
    `Stage ${stageId} is not a stage of pipeline ${pipeline.id}.`,
    { stageId, pipelineId: pipeline.id },
    [{ field, description: 'Must be a stage of the deal\'s pipeline.', reason: 'STAGE_NOT_IN_PIPELINE' }],
  );
}

/** History as an importer states it. */
export interface StatedHistory {
  readonly outcome: Outcome;
  readonly startDate: LocalDate | undefined;
  readonly closeDate: LocalDate | undefined;
  readonly lossReasonId: string | undefined;
}

/**
 * A closed deal has a close date, an open one has none, and nothing closes
 * before it began.
 * @throws INVALID_ARGUMENT/INVALID_REQUEST naming the field, below `path`
 */
export function assertHistory(history: StatedHistory, path: string): void {
  const violation = historyViolation(history);
  if (!violation) return;
  throw new AppError('INVALID_ARGUMENT', 'INVALID_REQUEST', 'The history of the deal contradicts itself.', {}, [
    { field: `${path}.${violation.field}`, description: violation.description },
  ]);
}

function historyViolation(history: StatedHistory): { field: string; description: string } | undefined {
  const { outcome, startDate, closeDate, lossReasonId } = history;
  if (outcome !== 'OPEN' && !closeDate) return { field: 'close_date', description: 'A closed deal needs a close date.' };
  if (outcome === 'OPEN' && closeDate) return { field: 'close_date', description: 'An open deal has no close date.' };
  if (startDate && closeDate && closeDate < startDate) {
    return { field: 'close_date', description: 'A deal cannot close before work on it began.' };
  }
  if (outcome !== 'LOST' && lossReasonId) return { field: 'loss_reason_id', description: 'Only a lost deal has a reason of loss.' };
  return undefined;
}
