import { Deal_Outcome, type Deal } from '@rapport/contracts/rapport/deals/v1/deal';
import { assertAmounts, assertDays, assertIds } from '../engine/column-limits.js';
import { OUTCOMES, type FigureRow, type Outcome } from '../figures/figure-row.js';
import { parseMoneyUnits } from '../figures/money-units.js';

/** The whole state of a deal as one event carried it. */
export interface DealEvent {
  readonly eventId: string;
  readonly version: number;
  /** When the transaction that made it began. */
  readonly occurTime: Date;
  readonly deal: Deal;
}

/** A row of the table `deal`: names are its columns. Empty text means none. */
export interface DealRow {
  readonly id: string;
  readonly version: number;
  readonly deleted: boolean;
  readonly event_id: string;
  readonly occur_time: string;
  readonly owner_id: string;
  readonly owner_department_id: string;
  readonly owner_branch_id: string;
  readonly manager_id: string;
  readonly department_id: string;
  readonly branch_id: string;
  readonly outcome: Outcome;
  readonly stage_id: string;
  readonly pipeline_id: string;
  readonly product_id: string;
  readonly counterparty_id: string;
  readonly loss_reason_id: string;
  readonly currency: string;
  readonly amount: string | null;
  readonly cost: string | null;
  readonly margin: string | null;
  readonly business_date: string | null;
  readonly start_date: string | null;
  readonly close_date: string | null;
  readonly expected_close_date: string | null;
  readonly attributes: string;
}

const OUTCOME_OF: Partial<Record<Deal_Outcome, Outcome>> = {
  [Deal_Outcome.OPEN]: 'OPEN',
  [Deal_Outcome.WON]: 'WON',
  [Deal_Outcome.LOST]: 'LOST',
};

/** The row that an event leaves. Throws RangeError for a state that figures cannot hold. */
export function dealRow({ eventId, version, occurTime, deal }: DealEvent): DealRow {
  const outcome = OUTCOME_OF[deal.outcome];
  if (outcome === undefined) throw new RangeError(`Deal ${deal.id} has the outcome ${deal.outcome}.`);
  assertIds(deal.id, eventId);
  assertAmounts(deal.amount, deal.cost, deal.margin);
  assertDays(deal.businessDate, deal.startDate, deal.closeDate, deal.expectedCloseDate);
  if (deal.margin && deal.margin.currencyCode !== deal.amount?.currencyCode) {
    throw new RangeError(`Margin and amount of deal ${deal.id} are not in one currency.`);
  }
  return {
    id: deal.id,
    version,
    deleted: deal.deleteTime !== undefined,
    event_id: eventId,
    occur_time: occurTime.toISOString(),
    owner_id: deal.ownerId,
    owner_department_id: deal.departmentId,
    owner_branch_id: deal.branchId,
    manager_id: deal.creditedEmployeeId,
    department_id: deal.creditedDepartmentId,
    branch_id: deal.creditedBranchId,
    outcome,
    stage_id: deal.stageId,
    pipeline_id: deal.pipelineId,
    product_id: deal.productId,
    counterparty_id: deal.counterpartyId,
    loss_reason_id: deal.lossReasonId,
    currency: deal.amount?.currencyCode ?? '',
    amount: deal.amount?.amount ?? null,
    cost: deal.cost?.amount ?? null,
    margin: deal.margin?.amount ?? null,
    business_date: deal.businessDate?.value ?? null,
    start_date: deal.startDate?.value ?? null,
    close_date: deal.closeDate?.value ?? null,
    expected_close_date: deal.expectedCloseDate?.value ?? null,
    attributes: JSON.stringify(deal.attributes ?? {}),
  };
}

/** What the version and figures of a stored deal are. */
export interface PresentDeal {
  readonly version: number;
  /** Absent for a deleted deal: it is in no figure. */
  readonly figure: FigureRow | undefined;
}

type FigureColumns =
  | 'id'
  | 'deleted'
  | 'outcome'
  | 'stage_id'
  | 'pipeline_id'
  | 'product_id'
  | 'manager_id'
  | 'department_id'
  | 'branch_id'
  | 'business_date'
  | 'currency'
  | 'amount'
  | 'margin';

/** What figures need of a row. */
export function figureRow(row: Pick<DealRow, FigureColumns>): FigureRow | undefined {
  if (row.deleted) return undefined;
  if (!OUTCOMES.includes(row.outcome)) throw new RangeError(`Deal ${row.id} has the outcome ${row.outcome}.`);
  return {
    outcome: row.outcome,
    stage: row.stage_id,
    pipeline: row.pipeline_id,
    product: row.product_id,
    manager: row.manager_id,
    department: row.department_id,
    branch: row.branch_id,
    businessDate: row.business_date ?? '',
    currency: row.amount === null ? '' : row.currency,
    amount: row.amount === null ? undefined : parseMoneyUnits(row.amount),
    margin: row.margin === null ? undefined : parseMoneyUnits(row.margin),
  };
}

/** The newest event of each deal that is newer than what is stored, and what it replaces. */
export interface DealChange {
  readonly row: DealRow;
  readonly before: FigureRow | undefined;
  readonly after: FigureRow | undefined;
}

/**
 * What a batch changes, whatever its order and however often an event is in it
 * or was applied before: a projection takes any higher version and drops the rest.
 */
export function changesOf(rows: readonly DealRow[], present: ReadonlyMap<string, PresentDeal>): DealChange[] {
  const newest = new Map<string, DealRow>();
  for (const row of rows) {
    const known = newest.get(row.id)?.version ?? present.get(row.id)?.version ?? 0;
    if (row.version > known) newest.set(row.id, row);
  }
  return [...newest.values()].map((row) => ({ row, before: present.get(row.id)?.figure, after: figureRow(row) }));
}
