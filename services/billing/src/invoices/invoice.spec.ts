import { describe, expect, it } from '@jest/globals';
import {
  Invoice,
  Invoice_PaymentState,
  Invoice_State,
  type InvoiceLine,
} from '@rapport/contracts/rapport/billing/v1/invoice';
import type { Money as MoneyMessage } from '@rapport/contracts/rapport/type/v1/type';
import { Money } from '@rapport/service-kit/money';
import {
  assertCanCancel,
  assertCanIssue,
  assertCanPay,
  lineAmount,
  numberIn,
  paymentState,
  priced,
  rewritten,
  seriesOf,
} from './invoice.js';

const uah = (amount: string): MoneyMessage => ({ amount, currencyCode: 'UAH' });
const line = (quantity: string, price: MoneyMessage, over: Partial<InvoiceLine> = {}): InvoiceLine => ({
  id: '',
  productId: '',
  description: 'Вітрина',
  quantity: { value: quantity },
  price,
  amount: undefined,
  cost: undefined,
  ...over,
});
const invoice = (over: Partial<Invoice> = {}): Invoice => ({
  ...Invoice.decode(new Uint8Array()),
  id: 'i1',
  state: Invoice_State.DRAFT,
  counterpartyId: 'c1',
  currencyCode: 'UAH',
  lines: [line('1', uah('100'))],
  ...over,
});
const price = (...lines: InvoiceLine[]) => priced({ currencyCode: 'UAH', lines }, 'invoice');

it.each([
  ['3', '0.335', '1.01'],
  ['0.333', '10', '3.33'],
  ['1.5', '0.01', '0.02'],
  ['2', '-10', '-20'],
])('%s × %s = %s (B02)', (quantity, unit, amount) => expect(lineAmount(line(quantity, uah(unit))).amount).toBe(amount));

describe('the amounts of an invoice (B02)', () => {
  it('are the rounded lines and their sum, so that the printed lines add up', () => {
    const { lines, total } = price(line('1', uah('0.335')), line('1', uah('0.335')));
    expect(lines.map(({ amount }) => amount)).toEqual([uah('0.34'), uah('0.34')]);
    expect(total).toEqual(uah('0.68'));
  });

  it('have a margin only when every line has a cost', () => {
    const known = line('1', uah('10'), { cost: uah('4') });
    expect(price(known, line('1', uah('5'), { cost: uah('1') })).margin).toEqual(uah('10'));
    expect(price(known, line('1', uah('5'))).margin).toBeUndefined();
    expect(price().margin).toBeUndefined();
  });

  it('are all in its currency; every other one is named', () => {
    const usd = { amount: '1', currencyCode: 'USD' };
    const foreign = [line('1', usd, { cost: usd }), line('1', uah('1')), line('1', uah('1'), { cost: usd })];
    expect(() => price(...foreign)).toThrow(
      expect.objectContaining({
        reason: 'CURRENCY_MISMATCH',
        violations: [
          expect.objectContaining({ field: 'invoice.lines[0].price.currency_code' }),
          expect.objectContaining({ field: 'invoice.lines[2].cost.currency_code' }),
        ],
      }),
    );
  });

  it.each([
    ['quantity is nothing', [line('0', uah('1'))], 'invoice.lines[0].quantity'],
    ['quantity is less than nothing', [line('-0.5', uah('1'))], 'invoice.lines[0].quantity'],
    ['amount does not fit', [line('100000000000000', uah('10'))], 'invoice.lines[0].quantity'],
    ['sum does not fit', [line('1', uah('999999999999999')), line('1', uah('1'))], 'invoice.lines'],
  ])('are refused where a %s', (_, lines, field) => {
    expect(() => price(...lines)).toThrow(
      expect.objectContaining({ reason: 'INVALID_REQUEST', violations: [expect.objectContaining({ field })] }),
    );
  });
});

describe('lines that are sent anew', () => {
  const present = [line('1', uah('10'), { id: 'a', cost: uah('4') }), line('1', uah('5'), { id: 'b' })];
  const rewrite = (sent: InvoiceLine[], setsCost = false, currencyCode = 'UAH') =>
    rewritten(sent, { present, currencyCode, setsCost, newId: () => 'new', at: 'invoice' });

  it('stay the lines they were, with the cost that the caller does not see', () => {
    const lines = rewrite([line('2', uah('11'), { id: 'a' }), line('1', uah('1'))]);
    expect(lines.map(({ id, cost }) => [id, cost])).toEqual([
      ['a', uah('4')],
      ['new', undefined],
    ]);
  });

  it('have the cost that is sent by one who sets it', () => {
    expect(rewrite([line('2', uah('11'), { id: 'a' })], true)[0]?.cost).toBeUndefined();
    expect(rewrite([line('2', uah('11'), { id: 'b', cost: uah('3') })], true)[0]?.cost).toEqual(uah('3'));
  });

  it('lose a cost of another currency', () => {
    expect(
      rewrite([line('2', { amount: '1', currencyCode: 'USD' }, { id: 'a' })], false, 'USD')[0]?.cost,
    ).toBeUndefined();
  });

  it('name no line of another invoice, and none twice', () => {
    expect(() =>
      rewrite([line('1', uah('1'), { id: 'a' }), line('1', uah('1'), { id: 'a' }), line('1', uah('1'), { id: 'x' })]),
    ).toThrow(
      expect.objectContaining({
        violations: [
          expect.objectContaining({ field: 'invoice.lines[1].id', reason: 'REPEATED' }),
          expect.objectContaining({ field: 'invoice.lines[2].id', reason: 'UNKNOWN_LINE' }),
        ],
      }),
    );
  });
});

it.each([
  ['0', Invoice_PaymentState.NONE],
  ['99.99', Invoice_PaymentState.PARTIAL],
  ['100', Invoice_PaymentState.FULL],
  ['100.01', Invoice_PaymentState.FULL],
])('paid %s of 100: %s (B03)', (paid, state) =>
  expect(paymentState(Money.of('100', 'UAH'), Money.of(paid, 'UAH'))).toBe(state),
);

it('issues a complete draft alone, to be paid from that day on (B01)', () => {
  const today = { value: '2026-03-05' };
  expect(() => assertCanIssue(invoice(), today, today)).not.toThrow();
  expect(() => assertCanIssue(invoice({ state: Invoice_State.ISSUED }), today, undefined)).toThrow('only a draft');
  expect(() => assertCanIssue(invoice({ lines: [], counterpartyId: '' }), today, undefined)).toThrow(
    'without lines and counterparty_id',
  );
  expect(() => assertCanIssue(invoice(), today, { value: '2026-03-04' })).toThrow(
    expect.objectContaining({ violations: [expect.objectContaining({ field: 'due_date' })] }),
  );
});

it('takes back what is unpaid, once', () => {
  expect(() => assertCanCancel(invoice({ state: Invoice_State.ISSUED, paid: uah('0') }))).not.toThrow();
  expect(() => assertCanCancel(invoice({ state: Invoice_State.ISSUED, paid: uah('1') }))).toThrow('payments on');
  expect(() => assertCanCancel(invoice({ state: Invoice_State.CANCELLED }))).toThrow('taken back already');
});

it('takes payments on an issued invoice alone (B03)', () => {
  expect(() => assertCanPay(invoice({ state: Invoice_State.ISSUED }))).not.toThrow();
  expect(() => assertCanPay(invoice())).toThrow('only an issued one');
});

it('numbers by the year of issue', () => {
  expect(numberIn(seriesOf({ value: '2026-12-31' }), 42)).toBe('INV-2026-000042');
});
