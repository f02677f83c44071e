import type { Payment } from '@rapport/contracts/rapport/billing/v1/payment';
import {
  fromAttributes,
  referenceColumn,
  resourceHead,
  toJsonColumn,
  toLocalDate,
  toMoney,
  toReference,
} from '@rapport/service-kit/data';
import type { Payment as PaymentRow } from '../generated/prisma/client.js';

export function toProto(row: PaymentRow): Payment {
  return {
    ...resourceHead(row),
    ownerId: row.ownerId,
    departmentId: row.departmentId,
    branchId: row.branchId,
    creditedEmployeeId: row.creditedEmployeeId,
    creditedDepartmentId: row.creditedDepartmentId,
    creditedBranchId: row.creditedBranchId,
    invoiceId: toReference(row.invoiceId),
    counterpartyId: toReference(row.counterpartyId),
    amount: toMoney(row.amount, row.amountCurrency),
    paymentDate: toLocalDate(row.paymentDate),
    purpose: row.purpose,
    businessDate: toLocalDate(row.businessDate),
    attributes: fromAttributes(row.attributes),
  };
}

/** The columns that a create sets and an update may change. */
export function toColumns(payment: Payment) {
  return {
    counterpartyId: referenceColumn(payment.counterpartyId),
    purpose: payment.purpose,
    attributes: toJsonColumn(payment.attributes ?? {}),
  };
}
