import { describe, expect, it } from '@jest/globals';
import { Payment } from '@rapport/contracts/rapport/billing/v1/payment';
import { assertPaysSomething, onInvoice, paidBy } from './payment.js';

const payment = (over: Partial<Payment> = {}): Payment => ({ ...Payment.decode(new Uint8Array()), ...over });

describe('a payment (B03)', () => {
  it.each(['0', '-5'])('of %s is none', (amount) => {
    expect(() => assertPaysSomething({ amount: { amount, currencyCode: 'UAH' } }, 'payment')).toThrow(
      expect.objectContaining({ violations: [expect.objectContaining({ field: 'payment.amount.amount' })] }),
    );
  });

  it('on an invoice is its payer’s and belongs to its owner, unless it says otherwise', () => {
    const invoice = payment({ ownerId: 'o1', branchId: 'b1', creditedEmployeeId: 'o2', counterpartyId: 'c1' });
    expect(onInvoice(payment({ counterpartyId: 'c2' }), invoice)).toMatchObject({
      ownerId: 'o1',
      branchId: 'b1',
      creditedEmployeeId: 'o2',
      counterpartyId: 'c2',
    });
  });

  it('adds up exactly', () => {
    expect(paidBy(['0.1', '0.2'], { currencyCode: 'UAH' }).amount).toBe('0.3');
  });
});
