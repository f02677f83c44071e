import {
  type Invoice,
  Invoice_PaymentState,
  Invoice_State,
  type InvoiceLine,
} from '@rapport/contracts/rapport/billing/v1/invoice';
import type { LocalDate, Money as MoneyMessage } from '@rapport/contracts/rapport/type/v1/type';
import { AppError, type FieldViolation } from '@rapport/service-kit/errors';
import { Money } from '@rapport/service-kit/money';

export const INVOICE = 'billing.invoice';

/** What follows from the lines of an invoice. */
export type Amounts = Pick<Invoice, 'currencyCode' | 'lines' | 'total' | 'margin'>;

/** Fifteen digits before the point are what `Money` carries and the database holds. */
const MONEY_LIMIT = '1000000000000000';

/**
 * The amounts of an invoice with these lines. Each line is rounded to the
 * currency's minor unit and the document is the sum of the rounded lines, so
 * that what is printed adds up (B02). The margin is known when every line has
 * a cost.
 *
 * @throws INVALID_ARGUMENT/CURRENCY_MISMATCH or INVALID_REQUEST naming every field at fault, below `at`
 */
export function priced({ currencyCode, lines }: Pick<Invoice, 'currencyCode' | 'lines'>, at: string): Amounts {
  assertCurrency(lines, currencyCode, at);
  const amounts = lines.map(lineAmount);
  const total = Money.sum(amounts, currencyCode);
  assertLines(lines, amounts, total, at);
  const costs = lines.flatMap(({ cost }) => (cost ? [Money.fromProto(cost)] : []));
  const isKnown = lines.length > 0 && costs.length === lines.length;
  return {
    currencyCode,
    lines: lines.map((line, index) => ({ ...line, amount: amounts[index]!.toProto() })),
    total: total.toProto(),
    margin: isKnown ? total.minus(Money.sum(costs, currencyCode)).toProto() : undefined,
  };
}

/** quantity × price, rounded half up to the currency's minor unit. */
export function lineAmount({ quantity, price }: Pick<InvoiceLine, 'quantity' | 'price'>): Money {
  return Money.fromProto(price!).times(quantity!.value).roundToMinorUnit();
}

function assertCurrency(lines: readonly InvoiceLine[], currencyCode: string, at: string): void {
  const description = `Must be the invoice's currency, ${currencyCode}.`;
  const violations = lines.flatMap(({ price, cost }, index): FieldViolation[] => {
    // Of a line whose price is at fault the cost is not named: the caller may not even see it.
    const field =
      price?.currencyCode !== currencyCode ? 'price' : cost && cost.currencyCode !== currencyCode ? 'cost' : undefined;
    return field
      ? [{ field: `${at}.lines[${index}].${field}.currency_code`, description, reason: 'CURRENCY_MISMATCH' }]
      : [];
  });
  if (violations.length > 0) throw currencyMismatch(currencyCode, violations);
}

/** @throws INVALID_ARGUMENT/CURRENCY_MISMATCH naming `field` */
export function assertInvoiceCurrency(
  money: MoneyMessage,
  { currencyCode }: Pick<Invoice, 'currencyCode'>,
  field: string,
): void {
  if (money.currencyCode === currencyCode) return;
  throw currencyMismatch(currencyCode, [
    { field, description: `Must be the invoice's currency, ${currencyCode}.`, reason: 'CURRENCY_MISMATCH' },
  ]);
}

function currencyMismatch(currencyCode: string, violations: FieldViolation[]): AppError {
  return new AppError(
    'INVALID_ARGUMENT',
    'CURRENCY_MISMATCH',
    `Every amount must be in ${currencyCode}.`,
    { currencyCode },
    violations,
  );
}

function assertLines(lines: readonly InvoiceLine[], amounts: readonly Money[], total: Money, at: string): void {
  const violations = lines.flatMap(({ quantity }, index): FieldViolation[] => {
    const field = `${at}.lines[${index}].quantity`;
    if (/^(0$|-)/.test(quantity!.value))
      return [{ field, description: 'Must be more than zero.', reason: 'NOT_POSITIVE' }];
    return isTooLarge(amounts[index]!)
      ? [{ field, description: 'The amount of the line has more than 15 digits.', reason: 'TOO_LARGE' }]
      : [];
  });
  if (violations.length === 0 && isTooLarge(total)) {
    violations.push({ field: `${at}.lines`, description: 'Their sum has more than 15 digits.', reason: 'TOO_LARGE' });
  }
  if (violations.length > 0)
    throw new AppError('INVALID_ARGUMENT', 'INVALID_REQUEST', 'The request is not valid.', {}, violations);
}

/** Whether an amount is more than the contract and the database carry. */
export function isTooLarge(money: Money): boolean {
  return (
    money.compare(Money.of(MONEY_LIMIT, money.currencyCode)) >= 0 ||
    money.compare(Money.of(`-${MONEY_LIMIT}`, money.currencyCode)) <= 0
  );
}

export interface Rewriting {
  /** The lines as they are. */
  readonly present: readonly InvoiceLine[];
  readonly currencyCode: string;
  /** Whether the caller sets costs; who does not keeps them, line by line. */
  readonly setsCost: boolean;
  readonly newId: () => string;
  readonly at: string;
}

/**
 * The lines that an update makes of those sent. A line sent with its id stays
 * that line, and keeps a cost that the caller may not set, as long as the
 * invoice stays in the currency of that cost.
 *
 * @throws INVALID_ARGUMENT/INVALID_REQUEST for an id that is no line of the invoice or stands twice
 */
export function rewritten(
  sent: readonly InvoiceLine[],
  { present, currencyCode, setsCost, newId, at }: Rewriting,
): InvoiceLine[] {
  const known = new Map(present.map((line) => [line.id, line]));
  const violations: FieldViolation[] = [];
  const seen = new Set<string>();
  const lines = sent.map((line, index) => {
    const field = `${at}.lines[${index}].id`;
    const kept = known.get(line.id);
    if (line.id !== '' && !kept)
      violations.push({ field, description: 'Is no line of this invoice.', reason: 'UNKNOWN_LINE' });
    if (line.id !== '' && seen.has(line.id))
      violations.push({ field, description: 'Stands twice.', reason: 'REPEATED' });
    seen.add(line.id);
    const cost = setsCost ? line.cost : kept?.cost?.currencyCode === currencyCode ? kept.cost : undefined;
    return { ...line, id: line.id || newId(), cost };
  });
  if (violations.length > 0)
    throw new AppError('INVALID_ARGUMENT', 'INVALID_REQUEST', 'The request is not valid.', {}, violations);
  return lines;
}

/** How far an invoice of this total is paid (B03). An overpayment is full. */
export function paymentState(total: Money, paid: Money): Invoice_PaymentState {
  if (!paid.isPositive()) return Invoice_PaymentState.NONE;
  return paid.compare(total) < 0 ? Invoice_PaymentState.PARTIAL : Invoice_PaymentState.FULL;
}

/** @throws FAILED_PRECONDITION/INVOICE_NOT_DRAFT */
export function assertDraft(invoice: Pick<Invoice, 'id' | 'state'>): void {
  if (invoice.state === Invoice_State.DRAFT) return;
  throw refusal(
    'INVOICE_NOT_DRAFT',
    invoice,
    `The invoice is ${named(invoice.state)}; only a draft can be changed so.`,
  );
}

/**
 * What issuing takes: a draft with lines and a payer, to be paid on the day of
 * issue or later.
 *
 * @throws FAILED_PRECONDITION/INVOICE_NOT_DRAFT or INVOICE_INCOMPLETE, INVALID_ARGUMENT/INVALID_REQUEST
 */
export function assertCanIssue(invoice: Invoice, issueDate: LocalDate, dueDate: LocalDate | undefined): void {
  assertDraft(invoice);
  const missing = [
    ...(invoice.lines.length === 0 ? ['lines'] : []),
    ...(invoice.counterpartyId === '' ? ['counterparty_id'] : []),
  ];
  if (missing.length > 0) {
    throw new AppError(
      'FAILED_PRECONDITION',
      'INVOICE_INCOMPLETE',
      `The invoice cannot be issued without ${missing.join(' and ')}.`,
      { invoiceId: invoice.id, missing: missing.join(',') },
      missing.map((field) => ({
        field: `invoice.${field}`,
        description: 'Needed before the invoice is issued.',
        reason: 'REQUIRED',
      })),
    );
  }
  if (dueDate && dueDate.value < issueDate.value) {
    const description = `Is before the day of issue, ${issueDate.value}.`;
    throw new AppError('INVALID_ARGUMENT', 'INVALID_REQUEST', 'The request is not valid.', {}, [
      { field: 'due_date', description, reason: 'BEFORE_ISSUE' },
    ]);
  }
}

/** @throws FAILED_PRECONDITION/INVOICE_CANCELLED or INVOICE_PAID */
export function assertCanCancel(invoice: Pick<Invoice, 'id' | 'state' | 'paid'>): void {
  if (invoice.state === Invoice_State.CANCELLED)
    throw refusal('INVOICE_CANCELLED', invoice, 'The invoice is taken back already.');
  if (Money.fromProto(invoice.paid)?.isPositive())
    throw refusal('INVOICE_PAID', invoice, 'There are payments on the invoice.');
}

/** @throws FAILED_PRECONDITION/INVOICE_NOT_ISSUED when money cannot be put on it */
export function assertCanPay(invoice: Pick<Invoice, 'id' | 'state'>): void {
  if (invoice.state === Invoice_State.ISSUED) return;
  throw refusal(
    'INVOICE_NOT_ISSUED',
    invoice,
    `The invoice is ${named(invoice.state)}; only an issued one takes payments.`,
  );
}

/** The number series of a day, one a year, and a number in it. */
export const seriesOf = (issueDate: LocalDate): string => `INV-${issueDate.value.slice(0, 4)}`;
export const numberIn = (series: string, ordinal: number): string => `${series}-${String(ordinal).padStart(6, '0')}`;

/** The owner trio, as the one that figures credit: of a draft the two are the same. */
export function creditedTo(owner: Pick<Invoice, 'ownerId' | 'departmentId' | 'branchId'>) {
  return {
    creditedEmployeeId: owner.ownerId,
    creditedDepartmentId: owner.departmentId,
    creditedBranchId: owner.branchId,
  };
}

function refusal(reason: string, { id, state }: Pick<Invoice, 'id' | 'state'>, sentence: string): AppError {
  return new AppError('FAILED_PRECONDITION', reason, sentence, { invoiceId: id, state: named(state) });
}

function named(state: Invoice_State): string {
  return state.replace('STATE_', '');
}
