import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Invoice, Invoice_PaymentState } from '@rapport/contracts/rapport/billing/v1/invoice';
import type { Payment } from '@rapport/contracts/rapport/billing/v1/payment';
import type { LoggedIn } from '@rapport/test-kit/test-realm';
import { line, todayIn, uah, usd, World } from './factories.js';

// Real: PostgreSQL, NATS, Keycloak with the rights of the access matrix, contacts, gRPC, the service as it runs.

let world: World;
beforeAll(async () => {
  world = await World.make();
}, 120_000);
afterAll(() => world?.stop());

const remove = (who: LoggedIn, { id, etag }: Payment): Promise<Payment> =>
  world.payments(who).deletePayment({ paymentId: id, etag });
const restore = (who: LoggedIn, { id, etag }: Payment): Promise<Payment> =>
  world.payments(who).undeletePayment({ paymentId: id, etag });
const paidOf = async (invoice: Invoice): Promise<[string | undefined, Invoice_PaymentState]> => {
  const { paid, paymentState } = await world.read(world.accountant, invoice);
  return [paid?.amount, paymentState];
};

describe('a payment on an invoice (B03)', () => {
  it('is its payer’s and its owner’s, and brings it from unpaid by a part to all', async () => {
    const invoice = await world.issued();
    const first = await world.pay(world.accountant, { invoiceId: invoice.id, amount: uah('40.5'), purpose: 'Аванс' });
    const today = { value: todayIn('Europe/Kyiv') };
    expect(first).toMatchObject({
      counterpartyId: world.shop.id,
      ownerId: world.seller.employee.id,
      creditedEmployeeId: world.seller.employee.id,
      branchId: world.kyiv.id,
      paymentDate: today,
      businessDate: today,
    });
    expect(await world.payments(world.seller).getPayment({ paymentId: first.id, readMask: undefined })).toEqual(first);
    expect(await paidOf(invoice)).toEqual(['40.5', Invoice_PaymentState.PARTIAL]);
    await world.pay(world.accountant, {
      invoiceId: invoice.id,
      amount: uah('59.5'),
      paymentDate: { value: '2026-01-15' },
    });
    expect(await paidOf(invoice)).toEqual(['100', Invoice_PaymentState.FULL]);
    expect(await world.eventsOf(first)).toEqual(['PaymentCreated:1']);
    expect(await world.eventsOf(invoice)).toEqual([
      'InvoiceCreated:1',
      'InvoiceIssued:2',
      'InvoicePaid:3',
      'InvoicePaid:4',
    ]);
    const audit = await world.database.rows(
      `select action, before->'paid'->>'amount' as before, after->'paid'->>'amount' as after from kit.audit_event
       where resource = 'billing.invoice' and row_ids = array[$1::uuid] and action like 'billing.payment:%' order by id`,
      [invoice.id],
    );
    expect(audit).toEqual([
      { action: 'billing.payment:create', before: '0', after: '40.5' },
      { action: 'billing.payment:create', before: '40.5', after: '100' },
    ]);
  });

  it('is not lost among others at the same time', async () => {
    const invoice = await world.issued();
    await Promise.all(
      Array.from({ length: 25 }, () => world.pay(world.accountant, { invoiceId: invoice.id, amount: uah('4') })),
    );
    expect(await paidOf(invoice)).toEqual(['100', Invoice_PaymentState.FULL]);
    const events = await world.eventsOf(invoice);
    expect(events.slice(2)).toEqual(Array.from({ length: 25 }, (_, index) => `InvoicePaid:${index + 3}`));
  });

  it('meets a taking back at the same time in one way or the other, never both', async () => {
    for (let round = 0; round < 5; round += 1) {
      const invoice = await world.issued();
      const [paid, cancelled] = await Promise.allSettled([
        world.pay(world.accountant, { invoiceId: invoice.id, amount: uah('1') }),
        world.invoices(world.accountant).cancelInvoice({ invoiceId: invoice.id, etag: invoice.etag, reason: 'Дубль' }),
      ]);
      expect([paid.status, cancelled.status].sort()).toEqual(['fulfilled', 'rejected']);
    }
  });

  it.each([
    ['of nothing', { amount: uah('0') }, 'INVALID_REQUEST', 'payment.amount.amount'],
    ['in another currency', { amount: usd('1') }, 'CURRENCY_MISMATCH', 'payment.amount.currency_code'],
  ])('is refused %s', async (_, over, reason, field) => {
    const invoice = await world.issued();
    await expect(world.pay(world.accountant, { invoiceId: invoice.id, ...over })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      reason,
      violations: [expect.objectContaining({ field })],
    });
    expect(await paidOf(invoice)).toEqual(['0', Invoice_PaymentState.NONE]);
  });

  it('is refused on a draft, on an invoice that the caller does not see, and to a seller', async () => {
    const draft = await world.draftOf(world.seller);
    await expect(world.pay(world.accountant, { invoiceId: draft.id, amount: uah('1') })).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'INVOICE_NOT_ISSUED',
    });
    const far = await world.draftOf(world.islander, { counterpartyId: world.hotel.id, lines: [line(uah('5'))] });
    const issued = await world.issue(far, world.islander);
    await expect(world.pay(world.accountant, { invoiceId: issued.id, amount: uah('1') })).rejects.toMatchObject({
      reason: 'UNKNOWN_REFERENCE',
      violations: [expect.objectContaining({ field: 'payment.invoice_id' })],
    });
    await expect(world.pay(world.seller, { amount: uah('1') })).rejects.toMatchObject({ reason: 'NOT_PERMITTED' });
  });

  it('changes what is paid when it is deleted and brought back, by whoever may do that to payments', async () => {
    const invoice = await world.issued();
    await world.pay(world.accountant, { invoiceId: invoice.id, amount: uah('30') });
    const payment = await world.pay(world.accountant, { invoiceId: invoice.id, amount: uah('70') });
    // The administrator may delete payments and may not update invoices: the sum follows all the same.
    const gone = await remove(world.administrator, payment);
    expect(await paidOf(invoice)).toEqual(['30', Invoice_PaymentState.PARTIAL]);
    await restore(world.administrator, gone);
    expect(await paidOf(invoice)).toEqual(['100', Invoice_PaymentState.FULL]);
    expect(await world.eventsOf(payment)).toEqual(['PaymentCreated:1', 'PaymentDeleted:2', 'PaymentUndeleted:3']);
    expect((await world.read(world.accountant, invoice)).etag).toBe('6');
  });

  it('does not come back to an invoice that was taken back', async () => {
    const invoice = await world.issued();
    const gone = await remove(
      world.accountant,
      await world.pay(world.accountant, { invoiceId: invoice.id, amount: uah('1') }),
    );
    const { etag } = await world.read(world.accountant, invoice);
    await world.invoices(world.accountant).cancelInvoice({ invoiceId: invoice.id, etag, reason: 'Відмова' });
    await expect(restore(world.accountant, gone)).rejects.toMatchObject({ reason: 'INVOICE_NOT_ISSUED' });
  });

  it('keeps its amount, its day and its invoice; who paid and why can be corrected', async () => {
    const invoice = await world.issued();
    const payment = await world.pay(world.accountant, { invoiceId: invoice.id, amount: uah('1') });
    const update = (wanted: Payment, ...updateMask: string[]) =>
      world.payments(world.accountant).updatePayment({ payment: wanted, updateMask, etag: wanted.etag });
    await expect(update({ ...payment, amount: uah('2') }, 'amount')).rejects.toMatchObject({
      violations: [expect.objectContaining({ field: 'payment.amount', reason: 'IMMUTABLE_FIELD' })],
    });
    const after = await update({ ...payment, purpose: 'За вітрину', counterpartyId: '' }, 'purpose', 'counterparty_id');
    expect(after).toMatchObject({ purpose: 'За вітрину', counterpartyId: world.shop.id, amount: uah('1') });
    expect((await world.read(world.accountant, invoice)).etag).toBe('3');
  });
});

describe('an advance (B03)', () => {
  it('is money without an invoice, of the one who entered it', async () => {
    const payment = await world.pay(world.accountant, { counterpartyId: world.shop.id, amount: usd('500') });
    expect(payment).toMatchObject({ invoiceId: '', ownerId: world.accountant.employee.id, amount: usd('500') });
    await remove(world.accountant, payment);
    await expect(
      world.payments(world.accountant).getPayment({ paymentId: payment.id, readMask: undefined }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND', reason: 'PAYMENT_NOT_FOUND' });
  });
});
