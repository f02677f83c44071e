import { Injectable } from '@nestjs/common';
import type { Invoice } from '@rapport/contracts/rapport/billing/v1/invoice';
import { Payment } from '@rapport/contracts/rapport/billing/v1/payment';
import {
  CreatePaymentRequest,
  type ListPaymentsRequest,
  type ListPaymentsResponse,
} from '@rapport/contracts/rapport/billing/v1/payments_service';
import type { LocalDate } from '@rapport/contracts/rapport/type/v1/type';
import type { CallContext } from '@rapport/service-kit/access';
import {
  audit,
  byExternalId,
  changedColumns,
  dateColumn,
  type Draft,
  isImport,
  newRow,
  nextVersion,
  notFound,
  once,
  outbox,
  type OutboxEvent,
  type Owner,
  ownersOf,
} from '@rapport/service-kit/data';
import { AppError } from '@rapport/service-kit/errors';
import { Money } from '@rapport/service-kit/money';
import type { Prisma } from '../generated/prisma/client.js';
import {
  assertCanPay,
  assertInvoiceCurrency,
  creditedTo,
  INVOICE,
  isTooLarge,
  paymentState,
} from '../invoices/invoice.js';
import { invoicePaid } from '../invoices/invoices.events.js';
import { toProto as toInvoice, withLines, whole } from '../invoices/invoices.mapper.js';
import { Data, type Tx } from '../prisma.service.js';
import { assertPaysSomething, onInvoice, paidBy, PAYMENT } from './payment.js';
import {
  paymentCreated,
  paymentDeleted,
  paymentImported,
  paymentUndeleted,
  paymentUpdated,
} from './payments.events.js';
import { toColumns, toProto } from './payments.mapper.js';

/** What a change sets, decided on the payment as it is now and the invoice that it moves, if it moves one. */
type Decision = (
  before: Payment,
  tx: Tx,
  invoice: Invoice | undefined,
) => Promise<Prisma.PaymentUncheckedUpdateManyInput>;

@Injectable()
export class PaymentsService {
  constructor(private readonly data: Data) {}

  async create(ctx: CallContext, request: CreatePaymentRequest): Promise<Payment> {
    const draft = { message: request.payment!, at: 'payment' };
    assertPaysSomething(draft.message, draft.at);
    const day = draft.message.paymentDate ?? (await this.today(ctx, draft.message));
    return this.data.visibleTo(ctx, { deleted: 'shown' }).transaction((tx) =>
      once(tx, [CreatePaymentRequest, request], Payment, async () => {
        const { fresh, inOrder } = await byExternalId([draft], async (where) =>
          (await tx.payment.findMany({ where })).map(toProto),
        );
        return inOrder(fresh.length > 0 ? [await this.insert(ctx, tx, draft, day)] : [])[0]!;
      }),
    );
  }

  async get(ctx: CallContext, id: string): Promise<Payment> {
    const row = await this.data.visibleTo(ctx).payment.findFirst({ where: { id } });
    if (!row) throw notFound('Payment', id);
    return toProto(row);
  }

  async list(ctx: CallContext, request: ListPaymentsRequest): Promise<ListPaymentsResponse> {
    const { rows, ...page } = await this.data.list(ctx, 'Payment', request, (visible, args) =>
      visible.payment.findMany(args),
    );
    return { ...page, payments: rows.map(toProto) };
  }

  async update(ctx: CallContext, wanted: Payment, fields: ReadonlySet<string>, version: number): Promise<Payment> {
    return this.change(ctx, wanted.id, version, paymentUpdated, async (before, tx) => {
      const columns = changedColumns(toColumns(wanted), fields, before);
      if (columns.counterpartyId !== null || before.invoiceId === '') return columns;
      const invoice = await this.data.everyRow(tx).invoice.findFirst({ where: { id: before.invoiceId } });
      return { ...columns, counterpartyId: invoice?.counterpartyId ?? null };
    });
  }

  async delete(ctx: CallContext, id: string, version: number): Promise<Payment> {
    return this.change(ctx, id, version, paymentDeleted, async () => ({ deleteTime: ctx.clock() }), {
      moves: 'invoice',
    });
  }

  async undelete(ctx: CallContext, id: string, version: number): Promise<Payment> {
    return this.change(
      ctx,
      id,
      version,
      paymentUndeleted,
      async ({ deleteTime }, _, invoice) => {
        if (!deleteTime)
          throw new AppError('FAILED_PRECONDITION', 'NOT_DELETED', 'The payment is not deleted.', { id });
        if (invoice) assertCanPay(invoice);
        return { deleteTime: null };
      },
      { moves: 'invoice', deleted: 'shown' },
    );
  }

  /** Payments on an invoice that is handed over go with it, deleted ones too; who took the money stays credited. */
  async handOver(ctx: CallContext, tx: Tx, invoiceId: string, owner: Owner): Promise<void> {
    const before = (await this.data.everyRow(tx).payment.findMany({ where: { invoiceId } })).map(toProto);
    if (before.length === 0) return;
    const data = { ...owner, ...nextVersion(ctx.clock()) };
    const rows = await this.data.consequences(tx).payment.updateManyAndReturn({ where: { invoiceId }, data });
    const after = rows.map(toProto);
    await outbox.add(tx, ...after.map(paymentUpdated));
    await audit.write(
      tx,
      PAYMENT,
      ...after.map((one) => ({ before: before.find(({ id }) => id === one.id)!, after: one })),
    );
  }

  /** Row, event and audit of a new payment, and of the invoice that it pays. */
  private async insert(ctx: CallContext, tx: Tx, { message, at }: Draft<Payment>, day: LocalDate): Promise<Payment> {
    const invoice = message.invoiceId === '' ? undefined : await this.hold(tx, message.invoiceId);
    if (invoice) {
      assertCanPay(invoice);
      assertInvoiceCurrency(message.amount!, invoice, `${at}.amount.currency_code`);
    }
    const complete = invoice ? onInvoice(message, invoice) : message;
    const owner = ownersOf(ctx, [{ message: complete, at }])[0]!;
    const credited = creditedTo(owner);
    const data = {
      ...newRow(ctx, complete),
      ...owner,
      creditedEmployeeId: complete.creditedEmployeeId || credited.creditedEmployeeId,
      creditedDepartmentId: complete.creditedDepartmentId || credited.creditedDepartmentId,
      creditedBranchId: complete.creditedBranchId || credited.creditedBranchId,
      ...toColumns(complete),
      invoiceId: invoice?.id ?? null,
      amount: complete.amount!.amount,
      amountCurrency: complete.amount!.currencyCode,
      paymentDate: dateColumn(day)!,
      businessDate: dateColumn(day)!,
    };
    const [row] = await tx.payment.createManyAndReturn({ data: [data] });
    const after = toProto(row!);
    await outbox.add(tx, (isImport(ctx, PAYMENT, message) ? paymentImported : paymentCreated)(after));
    await audit.write(tx, PAYMENT, { after });
    if (invoice) await this.settle(ctx, tx, invoice);
    return after;
  }

  /** One change of one row: the row, its event and its audit together, and those of the invoice that it moves; or why not. */
  private change(
    ctx: CallContext,
    id: string,
    version: number,
    changed: (after: Payment) => OutboxEvent,
    decide: Decision,
    { moves, deleted = 'hidden' }: { moves?: 'invoice'; deleted?: 'hidden' | 'shown' } = {},
  ): Promise<Payment> {
    return this.data.visibleTo(ctx, { deleted }).transaction(async (tx) => {
      const found = await tx.payment.findFirst({ where: { id } });
      if (found?.version !== version) throw await this.data.whyNot(tx, 'Payment', id, version);
      const before = toProto(found);
      // Before the payment: whatever touches both takes hold of the invoice first.
      const invoice = moves && found.invoiceId !== null ? await this.hold(tx, found.invoiceId) : undefined;
      const data = { ...(await decide(before, tx, invoice)), ...nextVersion(ctx.clock()) };
      const [row] = await tx.payment.updateManyAndReturn({ where: { id, version }, data });
      if (!row) throw await this.data.whyNot(tx, 'Payment', id, version);
      const after = toProto(row);
      await outbox.add(tx, changed(after));
      await audit.write(tx, PAYMENT, { before, after });
      if (invoice) await this.settle(ctx, tx, invoice);
      return after;
    });
  }

  /**
   * Takes hold of an invoice to the end of the transaction, so that payments on
   * it come one after the other and none is lost. Gives it as it is until
   * `settle` writes its next version.
   */
  private async hold(tx: Tx, id: string): Promise<Invoice> {
    const [locked] = await this.data
      .consequences(tx)
      .invoice.updateManyAndReturn({ where: { id, deleteTime: null }, data: { version: { increment: 0 } } });
    if (!locked) throw notFound('Invoice', id);
    return toInvoice((await this.data.everyRow(tx).invoice.findFirst({ where: { id }, include: whole }))!);
  }

  /** Brings what is paid of an invoice that is held in line with its payments. */
  private async settle(ctx: CallContext, tx: Tx, before: Invoice): Promise<void> {
    const where = { invoiceId: before.id, deleteTime: null };
    const payments = await this.data.everyRow(tx).payment.findMany({ where, select: { amount: true } });
    const paid = paidBy(
      payments.map(({ amount }) => amount),
      before,
    );
    if (isTooLarge(paid)) {
      throw new AppError(
        'INVALID_ARGUMENT',
        'INVALID_REQUEST',
        'The payments on the invoice have more than 15 digits together.',
      );
    }
    const total = Money.fromProto(before.total!);
    const data = { paid: paid.amount, paymentState: paymentState(total, paid), ...nextVersion(ctx.clock()) };
    const [row] = await this.data.consequences(tx).invoice.updateManyAndReturn({ where: { id: before.id }, data });
    const after = withLines(row!, before.lines);
    await outbox.add(tx, invoicePaid(after));
    await audit.write(tx, INVOICE, { before, after });
  }

  /** The day that it is in the payment's branch. */
  private async today(ctx: CallContext, { invoiceId, branchId }: Payment): Promise<LocalDate> {
    if (branchId !== '' || invoiceId === '') return this.data.branches.today(ctx, branchId || undefined);
    const invoice = await this.data.visibleTo(ctx).invoice.findFirst({ where: { id: invoiceId } });
    return this.data.branches.today(ctx, invoice?.branchId);
  }
}
