import type { Invoice } from '@rapport/contracts/rapport/billing/v1/invoice';
import type { Payment } from '@rapport/contracts/rapport/billing/v1/payment';
import { AppError } from '@rapport/service-kit/errors';
import { Money } from '@rapport/service-kit/money';

export const PAYMENT = 'billing.payment';

/** @throws INVALID_ARGUMENT/INVALID_REQUEST when nothing was paid */
export function assertPaysSomething({ amount }: Pick<Payment, 'amount'>, at: string): void {
  if (Money.fromProto(amount)?.isPositive()) return;
  const violation = { field: `${at}.amount.amount`, description: 'Must be more than zero.', reason: 'NOT_POSITIVE' };
  throw new AppError('INVALID_ARGUMENT', 'INVALID_REQUEST', 'The request is not valid.', {}, [violation]);
}

type Holders = Pick<
  Payment,
  | 'ownerId'
  | 'departmentId'
  | 'branchId'
  | 'creditedEmployeeId'
  | 'creditedDepartmentId'
  | 'creditedBranchId'
  | 'counterpartyId'
>;

/**
 * A payment on an invoice is its payer's and belongs to whom the invoice
 * belongs, so that its seller sees it, where the payment names no others.
 */
export function onInvoice(payment: Payment, invoice: Holders): Payment {
  return {
    ...payment,
    ownerId: payment.ownerId || invoice.ownerId,
    departmentId: payment.departmentId || invoice.departmentId,
    branchId: payment.branchId || invoice.branchId,
    creditedEmployeeId: payment.creditedEmployeeId || invoice.creditedEmployeeId,
    creditedDepartmentId: payment.creditedDepartmentId || invoice.creditedDepartmentId,
    creditedBranchId: payment.creditedBranchId || invoice.creditedBranchId,
    counterpartyId: payment.counterpartyId || invoice.counterpartyId,
  };
}

/** What is paid of an invoice by these payments. */
export function paidBy(
  amounts: Iterable<{ toString(): string }>,
  { currencyCode }: Pick<Invoice, 'currencyCode'>,
): Money {
  return Money.sum(
    [...amounts].map((amount) => Money.of(amount, currencyCode)),
    currencyCode,
  );
}
