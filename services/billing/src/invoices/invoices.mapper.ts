import type {
  Invoice,
  Invoice_PaymentState,
  Invoice_State,
  InvoiceLine,
} from '@rapport/contracts/rapport/billing/v1/invoice';
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
import { canonicalDecimal } from '@rapport/service-kit/money';
import type { Invoice as InvoiceRow, InvoiceLine as InvoiceLineRow, Prisma } from '../generated/prisma/client.js';
import type { Amounts } from './invoice.js';

/** An invoice is read with its lines, in their order. */
export const whole = { lines: { orderBy: { ordinal: 'asc' } } } as const satisfies Prisma.InvoiceInclude;

export function toProto(row: InvoiceRow & { lines: InvoiceLineRow[] }): Invoice {
  return withLines(
    row,
    row.lines.map((line) => toLine(line, row.currencyCode)),
  );
}

/** An invoice of its row, where the lines are known as messages. */
export function withLines(row: InvoiceRow, lines: InvoiceLine[]): Invoice {
  return {
    ...resourceHead(row),
    ownerId: row.ownerId,
    departmentId: row.departmentId,
    branchId: row.branchId,
    creditedEmployeeId: row.creditedEmployeeId,
    creditedDepartmentId: row.creditedDepartmentId,
    creditedBranchId: row.creditedBranchId,
    number: row.number ?? '',
    state: row.state as Invoice_State,
    counterpartyId: toReference(row.counterpartyId),
    dealId: toReference(row.dealId),
    currencyCode: row.currencyCode,
    lines,
    total: toMoney(row.total, row.totalCurrency),
    paid: toMoney(row.paid, row.paidCurrency),
    paymentState: row.paymentState as Invoice_PaymentState,
    issueDate: toLocalDate(row.issueDate),
    dueDate: toLocalDate(row.dueDate),
    margin: toMoney(row.margin, row.marginCurrency),
    businessDate: toLocalDate(row.businessDate),
    note: row.note,
    attributes: fromAttributes(row.attributes),
    cancelReason: row.cancelReason,
  };
}

function toLine(row: InvoiceLineRow, currencyCode: string): InvoiceLine {
  return {
    id: row.id,
    productId: toReference(row.productId),
    description: row.description,
    quantity: { value: canonicalDecimal(row.quantity) },
    price: toMoney(row.price, currencyCode),
    amount: toMoney(row.amount, currencyCode),
    cost: toMoney(row.cost, currencyCode),
  };
}

/** The columns that a create sets and an update may change. */
export function toColumns(invoice: Invoice) {
  return {
    counterpartyId: referenceColumn(invoice.counterpartyId),
    dealId: referenceColumn(invoice.dealId),
    dueDate: dateColumn(invoice.dueDate),
    note: invoice.note,
    attributes: toJsonColumn(invoice.attributes ?? {}),
  };
}

/** The columns that follow from lines and currency; nothing is paid of a draft. */
export function toAmountColumns({ currencyCode, total, margin }: Amounts) {
  return {
    currencyCode,
    total: total!.amount,
    totalCurrency: currencyCode,
    paid: '0',
    paidCurrency: currencyCode,
    ...moneyColumns('margin', margin),
  };
}

/** The rows of an invoice's lines, in their order. */
export function toLineRows(invoiceId: string, lines: readonly InvoiceLine[]): Prisma.InvoiceLineCreateManyInput[] {
  return lines.map((line, ordinal) => ({
    id: line.id,
    invoiceId,
    ordinal,
    productId: referenceColumn(line.productId),
    description: line.description,
    quantity: line.quantity!.value,
    price: line.price!.amount,
    amount: line.amount!.amount,
    cost: line.cost?.amount ?? null,
  }));
}
