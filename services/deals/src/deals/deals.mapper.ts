import type { Deal, Deal_Outcome, StageChange } from '@rapport/contracts/rapport/deals/v1/deal';
import {
  dateColumn,
  fromAttributes,
  moneyColumns,
  referenceColumn,
  resourceHead,
  toJsonColumn,
  toLocalDate,
  toMoney,
  toReference,
} from '@rapport/service-kit/data';
import type { Deal as DealRow, StageChange as StageChangeRow } from '../generated/prisma/client.js';

export function toProto(row: DealRow): Deal {
  return {
    ...resourceHead(row),
    ownerId: row.ownerId,
    departmentId: row.departmentId,
    branchId: row.branchId,
    creditedEmployeeId: row.creditedEmployeeId,
    creditedDepartmentId: row.creditedDepartmentId,
    creditedBranchId: row.creditedBranchId,
    displayName: row.displayName,
    counterpartyId: toReference(row.counterpartyId),
    personId: toReference(row.personId),
    productId: toReference(row.productId),
    pipelineId: row.pipelineId,
    stageId: row.stageId,
    outcome: row.outcome as Deal_Outcome,
    amount: toMoney(row.amount, row.amountCurrency),
    cost: toMoney(row.cost, row.costCurrency),
    margin: toMoney(row.margin, row.marginCurrency),
    expectedCloseDate: toLocalDate(row.expectedCloseDate),
    startDate: toLocalDate(row.startDate),
    closeDate: toLocalDate(row.closeDate),
    businessDate: toLocalDate(row.businessDate),
    lossReasonId: toReference(row.lossReasonId),
    lossComment: row.lossComment,
    note: row.note,
    attributes: fromAttributes(row.attributes),
  };
}

/** The columns that a create sets and an update may change. */
export function toColumns(deal: Deal) {
  return {
    displayName: deal.displayName,
    counterpartyId: referenceColumn(deal.counterpartyId),
    personId: referenceColumn(deal.personId),
    productId: referenceColumn(deal.productId),
    ...moneyColumns('amount', deal.amount),
    ...moneyColumns('cost', deal.cost),
    expectedCloseDate: dateColumn(deal.expectedCloseDate),
    note: deal.note,
    attributes: toJsonColumn(deal.attributes ?? {}),
  };
}

/** The columns that verbs, the clock and imports set. */
export function toProgressColumns(deal: Deal) {
  return {
    creditedEmployeeId: deal.creditedEmployeeId,
    creditedDepartmentId: deal.creditedDepartmentId,
    creditedBranchId: deal.creditedBranchId,
    pipelineId: deal.pipelineId,
    stageId: deal.stageId,
    outcome: deal.outcome,
    ...moneyColumns('margin', deal.margin),
    startDate: dateColumn(deal.startDate),
    closeDate: dateColumn(deal.closeDate),
    businessDate: dateColumn(deal.businessDate),
    lossReasonId: referenceColumn(deal.lossReasonId),
    lossComment: deal.lossComment,
  };
}

export function toStageChange(row: StageChangeRow): StageChange {
  return {
    id: row.id,
    dealId: row.dealId,
    fromStageId: toReference(row.fromStageId),
    toStageId: row.toStageId,
    changeTime: row.changeTime,
    employeeId: toReference(row.employeeId),
    reason: row.reason,
  };
}
