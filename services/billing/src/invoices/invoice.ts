import { AppError } from '@rapport/service-kit/errors';
import { Money } from '@rapport/service-kit/money';

export type InvoiceState = 'DRAFT' | 'ISSUED' | 'CANCELLED';
export type PaymentState = 'NONE' | 'PARTIAL' | 'FULL';

/** What the rules need to know of a line. */
export interface Line {
  readonly quantity: string;
  readonly price: Money;
  readonly cost: Money | undefined;
}

/** What the rules need to know of an invoice. */
export interface InvoiceFacts {
  readonly id: string;
  readonly state: InvoiceState;
  readonly counterpartyId: string | undefined;
  readonly total: Money;
  readonly paid: Money;
  readonly lineCount: number;
}

export interface Totals {
  /** One for each line, in order. */
  readonly lineAmounts: readonly Money[];
  readonly total: Money;
  /** Unknown unless every line has a cost. */
  readonly margin: Money | undefined;
}

/**
 * Each line is rounded to the currency's minor unit and the document is the
 * sum of the rounded lines, so that what is printed adds up (B02).
 */
export function totals(lines: readonly Line[], currencyCode: string): Totals {
  const lineAmounts = lines.map((line) => lineAmount(line));
  const total = Money.sum(lineAmounts, currencyCode);
  const costs = lines.map((line) => line.cost);
  const known = costs.length > 0 && costs.every((cost) => cost !== undefined);
  return { lineAmounts, total, margin: known ? total.minus(Money.sum(costs, currencyCode)) : undefined };
}

/** quantity × price, rounded half away from zero to the currency's minor unit. */
export function lineAmount(line: Pick<Line, 'quantity' | 'price'>): Money {
  return line.price.times(line.quantity).roundToMinorUnit();
}

/** How far an invoice of this total is paid. An overpayment is full. */
export function paymentState(total: Money, paid: Money): PaymentState {
  if (!paid.isPositive()) return 'NONE';
  return paid.compare(total) < 0 ? 'PARTIAL' : 'FULL';
}

/** @throws FAILED_PRECONDITION/INVOICE_NOT_DRAFT */
export function assertDraft(invoice: Pick<InvoiceFacts, 'id' | 'state'>): void {
  if (invoice.state === 'DRAFT') return;
  throw new AppError(
    'FAILED_PRECONDITION',
    'INVOICE_NOT_DRAFT',
    `Invoice ${invoice.id} is ${invoice.state}; only a draft can be changed.`,
    { invoiceId: invoice.id, state: invoice.state },
  );
}

/** @throws FAILED_PRECONDITION/INVOICE_NOT_DRAFT or INVOICE_INCOMPLETE */
export function assertCanIssue(invoice: InvoiceFacts): void {
  assertDraft(invoice);
  const missing = [...(invoice.lineCount === 0 ? ['lines'] : []), ...(invoice.counterpartyId ? [] : ['counterparty_id'])];
  if (missing.length === 0) return;
  throw new AppError(
    'FAILED_PRECONDITION',
    'INVOICE_INCOMPLETE',
    `Invoice ${invoice.id} cannot be issued without ${missing.join(' and ')}.`,
    { invoiceId: invoice.id, missing: missing.join(',') },
    missing.map((field) => ({ field: `invoice.${field}`, description: 'Needed before the invoice is issued.' })),
  );
}

/** @throws FAILED_PRECONDITION/INVOICE_CANCELLED or INVOICE_PAID */
export function assertCanCancel(invoice: InvoiceFacts): void {
  if (invoice.state === 'CANCELLED') {
    throw new AppError('FAILED_PRECONDITION', 'INVOICE_CANCELLED', `Invoice ${invoice.id} is taken back already.`, { invoiceId: invoice.id });
  }
  if (invoice.paid.isPositive()) {
    throw new AppError('FAILED_PRECONDITION', 'INVOICE_PAID', `Invoice ${invoice.id} has payments on it.`, { invoiceId: invoice.id });
  }
}

/** @throws FAILED_PRECONDITION/INVOICE_NOT_ISSUED when money cannot be put on it */
export function assertCanPay(invoice: Pick<InvoiceFacts, 'id' | 'state'>): void {
  if (invoice.state === 'ISSUED') return;
  throw new AppError(
    'FAILED_PRECONDITION',
    'INVOICE_NOT_ISSUED',
    `Invoice ${invoice.id} is ${invoice.state}; only an issued one takes payments.`,
    { invoiceId: invoice.id, state: invoice.state },
  );
}
