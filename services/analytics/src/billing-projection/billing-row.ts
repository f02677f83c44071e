import { Invoice_PaymentState, Invoice_State, type Invoice } from '@rapport/contracts/rapport/billing/v1/invoice';
import type { Payment } from '@rapport/contracts/rapport/billing/v1/payment';
import type { LocalDate } from '@rapport/contracts/rapport/type/v1/type';
import { assertAmounts, assertDays, assertIds } from '../engine/column-limits.js';

/** Facts of the event that carried a state. */
export interface EventFacts {
  readonly eventId: string;
  readonly version: number;
  readonly occurTime: Date;
}

type Column = string | number | boolean | null;

/** A row of the table `invoice`: names are its columns. */
export function invoiceRow(invoice: Invoice, facts: EventFacts): Record<string, Column> {
  assertIds(invoice.id, facts.eventId);
  assertAmounts(invoice.total, invoice.paid, invoice.margin);
  assertDays(invoice.issueDate, invoice.dueDate, invoice.businessDate);
  return {
    ...envelope(invoice, facts),
    number: invoice.number,
    state: withoutPrefix(invoice.state, Invoice_State.UNSPECIFIED),
    payment_state: withoutPrefix(invoice.paymentState, Invoice_PaymentState.UNSPECIFIED),
    counterparty_id: invoice.counterpartyId,
    deal_id: invoice.dealId,
    currency: invoice.currencyCode,
    total: invoice.total?.amount ?? null,
    paid: invoice.paid?.amount ?? null,
    margin: invoice.margin?.amount ?? null,
    issue_date: day(invoice.issueDate),
    due_date: day(invoice.dueDate),
    business_date: day(invoice.businessDate),
  };
}

/** A row of the table `payment`: names are its columns. */
export function paymentRow(payment: Payment, facts: EventFacts): Record<string, Column> {
  assertIds(payment.id, facts.eventId);
  assertAmounts(payment.amount);
  assertDays(payment.paymentDate, payment.businessDate);
  return {
    ...envelope(payment, facts),
    invoice_id: payment.invoiceId,
    counterparty_id: payment.counterpartyId,
    currency: payment.amount?.currencyCode ?? '',
    amount: payment.amount?.amount ?? null,
    payment_date: day(payment.paymentDate),
    business_date: day(payment.businessDate),
  };
}

function envelope(state: Invoice | Payment, { eventId, version, occurTime }: EventFacts): Record<string, Column> {
  return {
    id: state.id,
    version,
    deleted: state.deleteTime !== undefined,
    event_id: eventId,
    occur_time: occurTime.toISOString(),
    owner_id: state.ownerId,
    owner_department_id: state.departmentId,
    owner_branch_id: state.branchId,
    manager_id: state.creditedEmployeeId,
    department_id: state.creditedDepartmentId,
    branch_id: state.creditedBranchId,
    attributes: JSON.stringify(state.attributes ?? {}),
  };
}

const day = (date: LocalDate | undefined): string | null => date?.value ?? null;

/** `STATE_DRAFT` → `DRAFT`; the unspecified value names the prefix. */
function withoutPrefix(value: string, unspecified: string): string {
  return value.slice(unspecified.length - 'UNSPECIFIED'.length);
}
