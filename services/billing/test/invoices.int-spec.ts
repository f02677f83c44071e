import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type Invoice,
  Invoice_PaymentState,
  Invoice_State,
  type InvoiceLine,
} from '@rapport/contracts/rapport/billing/v1/invoice';
import { InvoicesServiceService } from '@rapport/contracts/rapport/billing/v1/invoices_service';
import { invoice, line, list, todayIn, uah, usd, World } from './factories.js';

// Real: PostgreSQL, NATS, Keycloak with the rights of the access matrix, contacts, gRPC, the service as it runs.

let world: World;
beforeAll(async () => {
  world = await World.make();
}, 120_000);
afterAll(() => world?.stop());

/** Lines as a client sends them back: their amounts are the service's to compute. */
const sent = (lines: readonly InvoiceLine[]): InvoiceLine[] => lines.map((one) => ({ ...one, amount: undefined }));

const change = (who: World['seller'], wanted: Invoice, ...updateMask: string[]): Promise<Invoice> =>
  world
    .invoices(who)
    .updateInvoice({ invoice: { ...wanted, lines: sent(wanted.lines) }, updateMask, etag: wanted.etag });

describe('a draft (B01, B02)', () => {
  it('adds up its lines, has no number and belongs to its maker', async () => {
    const made = await world.draftOf(world.seller, {
      lines: [line(uah('33.335'), { quantity: { value: '3' } }), line(uah('10'), { description: 'Доставка' })],
    });
    expect(made).toMatchObject({
      state: Invoice_State.DRAFT,
      number: '',
      total: uah('110.01'),
      paid: uah('0'),
      paymentState: Invoice_PaymentState.NONE,
      issueDate: undefined,
      businessDate: undefined,
      ownerId: world.seller.employee.id,
      creditedEmployeeId: world.seller.employee.id,
      branchId: world.kyiv.id,
      creditedBranchId: world.kyiv.id,
    });
    expect(made.lines.map(({ amount }) => amount)).toEqual([uah('100.01'), uah('10')]);
    expect(await world.read(world.seller, made)).toEqual(made);
    expect(await world.eventsOf(made)).toEqual(['InvoiceCreated:1']);
  });

  it('is changed line by line: a line sent with its id stays that line', async () => {
    const draft = await world.draftOf(world.seller, { lines: [line(uah('10')), line(uah('20'))], note: 'стара' });
    const [first, second] = draft.lines;
    const lines = [{ ...second!, quantity: { value: '2' } }, line(uah('1'))];
    const after = await change(world.seller, { ...draft, lines, note: 'нова' }, 'lines', 'note');
    expect(after).toMatchObject({ total: uah('41'), note: 'нова', etag: '2' });
    expect(after.lines[0]?.id).toBe(second?.id);
    expect(after.lines[1]?.id).not.toBe(first?.id);
    expect(await world.read(world.seller, draft)).toEqual(after);
    expect(await world.eventsOf(draft)).toEqual(['InvoiceCreated:1', 'InvoiceUpdated:2']);
    await expect(change(world.seller, { ...draft, note: 'ще' }, 'note')).rejects.toMatchObject({
      reason: 'STALE_ETAG',
    });
    const stranger = { ...after, lines: [line(uah('1'), { id: randomUUID() })] };
    await expect(change(world.seller, stranger, 'lines')).rejects.toMatchObject({
      violations: [expect.objectContaining({ field: 'invoice.lines[0].id', reason: 'UNKNOWN_LINE' })],
    });
  });

  it('has every amount in its currency', async () => {
    const mixed = { lines: [line(uah('1')), line(usd('1'))] };
    const refused = {
      code: 'INVALID_ARGUMENT',
      reason: 'CURRENCY_MISMATCH',
      violations: [expect.objectContaining({ field: 'invoice.lines[1].price.currency_code' })],
    };
    await expect(world.draftOf(world.seller, mixed)).rejects.toMatchObject(refused);
    const draft = await world.draftOf(world.seller);
    await expect(change(world.seller, { ...draft, ...mixed }, 'lines')).rejects.toMatchObject(refused);
    await expect(change(world.seller, { ...draft, currencyCode: 'USD' }, 'currency_code')).rejects.toMatchObject({
      reason: 'CURRENCY_MISMATCH',
    });
    const dollars = { ...draft, currencyCode: 'USD', lines: [line(usd('7'))] };
    expect(await change(world.seller, dollars, 'currency_code', 'lines')).toMatchObject({
      total: usd('7'),
      paid: usd('0'),
    });
  });

  it('names a payer whom its maker sees', async () => {
    await expect(world.draftOf(world.seller, { counterpartyId: world.hotel.id })).rejects.toMatchObject({
      reason: 'UNKNOWN_REFERENCE',
      violations: [expect.objectContaining({ field: 'invoice.counterparty_id' })],
    });
  });

  it('is made once for a request_id and once for an external id', async () => {
    const request = { requestId: randomUUID(), invoice: invoice({ counterpartyId: world.shop.id }) };
    const first = await world.invoices(world.seller).createInvoice(request);
    expect(await world.invoices(world.seller).createInvoice(request)).toEqual(first);
    const { id: ownerId, departmentId, branchId } = world.seller.employee;
    const history = { ownerId, departmentId, branchId, externalId: { source: 'old-billing', key: randomUUID() } };
    const made = await Promise.all([1, 2, 3].map(() => world.draftOf(world.importer, history)));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(await world.eventsOf(made[0]!)).toEqual(['InvoiceImported:1']);
  });

  it('can be deleted and brought back', async () => {
    const draft = await world.draftOf(world.seller);
    const gone = await world.invoices(world.seller).deleteInvoice({ invoiceId: draft.id, etag: draft.etag });
    await expect(world.read(world.seller, draft)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      reason: 'INVOICE_NOT_FOUND',
    });
    const back = await world.invoices(world.seller).undeleteInvoice({ invoiceId: draft.id, etag: gone.etag });
    expect(back).toMatchObject({ etag: '3', deleteTime: undefined, lines: draft.lines });
    await expect(
      world.invoices(world.seller).undeleteInvoice({ invoiceId: draft.id, etag: back.etag }),
    ).rejects.toMatchObject({ reason: 'NOT_DELETED' });
  });
});

describe('costs', () => {
  it('stay on the lines that one rewrites who does not see them', async () => {
    const lines = [line(uah('100'), { cost: uah('60') }), line(uah('50'), { cost: uah('20') })];
    const made = await world.draftOf(world.accountant, { lines });
    expect(made.margin).toEqual(uah('70'));
    const handed = await world.handTo(world.seller, made);
    const seen = await world.read(world.seller, handed);
    expect(seen.margin).toBeUndefined();
    expect(seen.lines.map(({ cost }) => cost)).toEqual([undefined, undefined]);
    const rewrittenLines = [{ ...seen.lines[1]!, price: uah('55') }, seen.lines[0]!];
    await change(world.seller, { ...seen, lines: rewrittenLines }, 'lines');
    const after = await world.read(world.accountant, handed);
    expect(after.lines.map(({ cost }) => cost)).toEqual([uah('20'), uah('60')]);
    expect(after.margin).toEqual(uah('75'));
    const more = [...seen.lines, line(uah('1'))];
    const longer = await change(world.seller, { ...seen, etag: after.etag, lines: more }, 'lines');
    expect((await world.read(world.accountant, longer)).margin).toBeUndefined();
  });

  it('do not exist for a seller, and are not the head’s to set', async () => {
    const draft = await world.draftOf(world.seller);
    const lines = [{ ...draft.lines[0]!, cost: uah('1') }];
    await expect(change(world.seller, { ...draft, lines }, 'lines')).rejects.toMatchObject({
      reason: 'UNKNOWN_FIELD',
      violations: [{ field: 'invoice.lines[0].cost', description: 'Field "cost" does not exist.' }],
    });
    await expect(change(world.head, { ...draft, lines }, 'lines')).rejects.toMatchObject({ reason: 'FORBIDDEN_FIELD' });
    await expect(world.invoices(world.seller).listInvoices(list('margin:*'))).rejects.toMatchObject({
      reason: 'UNKNOWN_FIELD',
    });
  });
});

describe('rows', () => {
  it('are seen by owner, department and branch, and by nobody else', async () => {
    const draft = await world.draftOf(world.seller);
    for (const who of [world.seller, world.head, world.accountant, world.administrator]) {
      expect((await world.read(who, draft)).id).toBe(draft.id);
    }
    for (const who of [world.colleague, world.islander]) {
      await expect(world.read(who, draft)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(change(who, draft, 'note')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    await expect(change(world.administrator as never, draft, 'note')).rejects.toMatchObject({
      reason: 'NOT_PERMITTED',
    });
  });

  it('are found by state and total', async () => {
    const draft = await world.draftOf(world.seller, { lines: [line(uah('777.7'))], note: 'шукай мене' });
    const find = async (filter: string) => (await world.invoices(world.seller).listInvoices(list(filter))).invoices;
    const filter = 'state = DRAFT AND total.amount > 700 AND total.currency_code = UAH';
    expect(await find(filter)).toEqual([draft]);
    expect(await find('state = ISSUED AND note = "шукай мене"')).toEqual([]);
  });

  it('are handed over: of a draft the new owner is credited, of an issued one who issued it stays', async () => {
    const draft = await world.handTo(world.colleague, await world.draftOf(world.seller));
    expect(draft).toMatchObject({
      ownerId: world.colleague.employee.id,
      creditedEmployeeId: world.colleague.employee.id,
    });
    const issued = await world.issued();
    const paid = await world.pay(world.accountant, { invoiceId: issued.id, amount: uah('1') });
    const handed = await world.handTo(world.islander, await world.read(world.accountant, issued));
    expect(handed).toMatchObject({
      ownerId: world.islander.employee.id,
      branchId: world.island.id,
      creditedEmployeeId: world.seller.employee.id,
      creditedBranchId: world.kyiv.id,
      lines: issued.lines,
    });
    await expect(world.read(world.accountant, issued)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    // The payment goes with it.
    expect(await world.payments(world.islander).getPayment({ paymentId: paid.id, readMask: undefined })).toMatchObject({
      ownerId: world.islander.employee.id,
      branchId: world.island.id,
      creditedBranchId: world.kyiv.id,
    });
    expect(await world.eventsOf(paid)).toEqual(['PaymentCreated:1', 'PaymentUpdated:2']);
  });
});

describe('issuing (B01)', () => {
  it('numbers and freezes a draft on the day that it is in its branch', async () => {
    const issued = await world.issued({ dueDate: { value: '2190-01-01' } });
    const today = { value: todayIn('Europe/Kyiv') };
    expect(issued).toMatchObject({
      state: Invoice_State.ISSUED,
      number: expect.stringMatching(new RegExp(`^INV-${today.value.slice(0, 4)}-\\d{6}$`)),
      issueDate: today,
      businessDate: today,
      dueDate: { value: '2190-01-01' },
    });
    expect(await world.eventsOf(issued)).toEqual(['InvoiceCreated:1', 'InvoiceIssued:2']);
    const frozen = { code: 'FAILED_PRECONDITION', reason: 'INVOICE_NOT_DRAFT' };
    await expect(change(world.seller, issued, 'note')).rejects.toMatchObject(frozen);
    await expect(world.issue(issued)).rejects.toMatchObject(frozen);
    await expect(
      world.invoices(world.accountant).deleteInvoice({ invoiceId: issued.id, etag: issued.etag }),
    ).rejects.toMatchObject(frozen);

    const far = await world.draftOf(world.islander, { counterpartyId: world.hotel.id });
    expect((await world.issue(far, world.islander)).issueDate).toEqual({ value: todayIn('Pacific/Kiritimati') });
  });

  it('is refused to a seller, and of what is incomplete', async () => {
    const empty = await world.draftOf(world.seller, { counterpartyId: '', lines: [] });
    await expect(world.issue(empty, world.seller)).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      reason: 'NOT_PERMITTED',
    });
    await expect(world.issue(empty)).rejects.toMatchObject({
      reason: 'INVOICE_INCOMPLETE',
      violations: [
        expect.objectContaining({ field: 'invoice.lines' }),
        expect.objectContaining({ field: 'invoice.counterparty_id' }),
      ],
    });
    const draft = await world.draftOf(world.seller);
    const early = { invoiceId: draft.id, etag: draft.etag, dueDate: { value: '2020-01-01' } };
    await expect(world.invoices(world.accountant).issueInvoice(early)).rejects.toMatchObject({
      violations: [expect.objectContaining({ field: 'due_date' })],
    });
  });

  it('gives a hundred at once their numbers without a gap or a duplicate, whatever fails beside them', async () => {
    const drafts = await Promise.all(Array.from({ length: 100 }, () => world.draftOf(world.seller)));
    const empty = await Promise.all(Array.from({ length: 20 }, () => world.draftOf(world.seller, { lines: [] })));
    const replica = await world.replica();
    const there = replica.as(world.accountant, InvoicesServiceService);
    const issueThere = ({ id, etag }: Invoice) => there.issueInvoice({ invoiceId: id, etag, dueDate: undefined });
    const outcomes = await Promise.allSettled([
      ...drafts.map((draft, index) => (index % 2 === 0 ? world.issue(draft) : issueThere(draft))),
      // Some of them by the other replica too, and ones that cannot be issued: what fails takes no number.
      ...drafts.slice(0, 20).map((draft, index) => (index % 2 === 0 ? issueThere(draft) : world.issue(draft))),
      ...empty.map((draft) => world.issue(draft)),
    ]);
    await replica.stop();
    const issued = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    expect(issued).toHaveLength(100);
    const numbers = issued.map(({ number }) => Number(number.split('-')[2])).sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 100 }, (_, index) => numbers[0]! + index));
    const next = await world.issued();
    expect(Number(next.number.split('-')[2])).toBe(numbers[99]! + 1);
  }, 60_000);
});

describe('taking back', () => {
  const cancel = ({ id, etag }: Invoice) =>
    world.invoices(world.accountant).cancelInvoice({ invoiceId: id, etag, reason: 'Помилка в ціні' });

  it('keeps number and reason, and is done once', async () => {
    const issued = await world.issued();
    const cancelled = await cancel(issued);
    expect(cancelled).toMatchObject({
      state: Invoice_State.CANCELLED,
      number: issued.number,
      cancelReason: 'Помилка в ціні',
    });
    await expect(cancel(cancelled)).rejects.toMatchObject({ reason: 'INVOICE_CANCELLED' });
    expect(await world.eventsOf(issued)).toEqual(['InvoiceCreated:1', 'InvoiceIssued:2', 'InvoiceCancelled:3']);
  });

  it('is refused of what is paid', async () => {
    const issued = await world.issued();
    await world.pay(world.accountant, { invoiceId: issued.id, amount: uah('1') });
    await expect(cancel(await world.read(world.accountant, issued))).rejects.toMatchObject({ reason: 'INVOICE_PAID' });
  });
});
