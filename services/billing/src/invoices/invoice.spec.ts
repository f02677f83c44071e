import { Money } from '@rapport/service-kit/money';
import { assertCanCancel, assertCanIssue, assertCanPay, lineAmount, paymentState, totals, type InvoiceFacts } from './invoice.js';

const uah = (amount: string): Money => Money.of(amount, 'UAH');
const line = (quantity: string, price: string, cost?: string) => ({ quantity, price: uah(price), cost: cost ? uah(cost) : undefined });
const invoice = (changes: Partial<InvoiceFacts> = {}): InvoiceFacts => ({
  id: 'i1',
  state: 'DRAFT',
  counterpartyId: 'c1',
  total: uah('100'),
  paid: uah('0'),
  lineCount: 1,
  ...changes,
});

it.each([
  ['3', '0.335', '1.01'],
  ['0.333', '10', '3.33'],
  ['1.5', '0.01', '0.02'],
  ['-1', '10', '-10'],
])('%s × %s = %s (B02)', (quantity, price, amount) => expect(lineAmount(line(quantity, price)).amount).toBe(amount));

describe('totals', () => {
  it('adds the rounded lines, so that the printed lines add up', () => {
    const { lineAmounts, total } = totals([line('1', '0.335'), line('1', '0.335')], 'UAH');
    expect(lineAmounts.map((amount) => amount.amount)).toEqual(['0.34', '0.34']);
    expect(total.amount).toBe('0.68');
  });

  it('knows the margin only when every line has a cost', () => {
    expect(totals([line('1', '10', '4'), line('1', '5', '1')], 'UAH').margin?.amount).toBe('10');
    expect(totals([line('1', '10', '4'), line('1', '5')], 'UAH').margin).toBeUndefined();
    expect(totals([], 'UAH').margin).toBeUndefined();
  });

  it('refuses a line in another currency', () => {
    expect(() => totals([{ quantity: '1', price: Money.of('1', 'USD'), cost: undefined }], 'UAH')).toThrow('cannot meet');
  });
});

it.each([
  ['0', 'NONE'],
  ['99.99', 'PARTIAL'],
  ['100', 'FULL'],
  ['100.01', 'FULL'],
])('paid %s of 100: %s (B03)', (paid, state) => expect(paymentState(uah('100'), uah(paid))).toBe(state));

it('issues a complete draft alone', () => {
  expect(() => assertCanIssue(invoice())).not.toThrow();
  expect(() => assertCanIssue(invoice({ state: 'ISSUED' }))).toThrow('only a draft');
  expect(() => assertCanIssue(invoice({ lineCount: 0, counterpartyId: undefined }))).toThrow('without lines and counterparty_id');
});

it('takes back what is unpaid, once', () => {
  expect(() => assertCanCancel(invoice({ state: 'ISSUED' }))).not.toThrow();
  expect(() => assertCanCancel(invoice({ state: 'ISSUED', paid: uah('1') }))).toThrow('payments on it');
  expect(() => assertCanCancel(invoice({ state: 'CANCELLED' }))).toThrow('taken back already');
});

it('takes payments on an issued invoice alone', () => {
  expect(() => assertCanPay(invoice({ state: 'ISSUED' }))).not.toThrow();
  expect(() => assertCanPay(invoice())).toThrow('only an issued one');
});
