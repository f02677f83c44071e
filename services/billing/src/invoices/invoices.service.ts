import { Injectable } from '@nestjs/common';
import {
  Invoice,
  Invoice_PaymentState,
  Invoice_State,
  type InvoiceLine,
} from '@rapport/contracts/rapport/billing/v1/invoice';
import {
  CreateInvoiceRequest,
  type ListInvoicesRequest,
  type ListInvoicesResponse,
} from '@rapport/contracts/rapport/billing/v1/invoices_service';
import type { Deal } from '@rapport/contracts/rapport/deals/v1/deal';
import type { LocalDate } from '@rapport/contracts/rapport/type/v1/type';
import type { CallContext } from '@rapport/service-kit/access';
import {
  audit,
  byExternalId,
  changedColumns,
  dateColumn,
  type Draft,
  isImport,
  NewOwner,
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
import { v7 as uuidv7 } from 'uuid';
import type { Prisma } from '../generated/prisma/client.js';
import { PaymentsService } from '../payments/payments.service.js';
import { Data, type Tx } from '../prisma.service.js';
import {
  assertCanCancel,
  assertCanIssue,
  assertDraft,
  creditedTo,
  INVOICE,
  numberIn,
  priced,
  rewritten,
  seriesOf,
} from './invoice.js';
import {
  invoiceCancelled,
  invoiceCreated,
  invoiceDeleted,
  invoiceImported,
  invoiceIssued,
  invoiceTransferred,
  invoiceUndeleted,
  invoiceUpdated,
} from './invoices.events.js';
import { toAmountColumns, toColumns, toLineRows, toProto, whole, withLines } from './invoices.mapper.js';
import { wonDealInvoice } from './won-deal-invoice.js';

interface Change {
  readonly columns: Prisma.InvoiceUncheckedUpdateManyInput;
  /** The new lines, where they change. */
  readonly lines?: InvoiceLine[];
  /** What else changes with it, after it. */
  readonly follow?: () => Promise<void>;
}

/** What a change sets, decided on the invoice as it is now. */
type Decision = (before: Invoice, tx: Tx) => Promise<Change>;

@Injectable()
export class InvoicesService {
  private lastIssue: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly data: Data,
    private readonly payments: PaymentsService,
    private readonly newOwner: NewOwner,
  ) {}

  async create(ctx: CallContext, request: CreateInvoiceRequest): Promise<Invoice> {
    return this.data.visibleTo(ctx, { deleted: 'shown' }).transaction((tx) =>
      once(tx, [CreateInvoiceRequest, request], Invoice, async () => {
        const draft = { message: request.invoice!, at: 'invoice' };
        const { fresh, inOrder } = await byExternalId([draft], async (where) =>
          (await tx.invoice.findMany({ where, include: whole })).map(toProto),
        );
        const created = isImport(ctx, INVOICE, draft.message) ? invoiceImported : invoiceCreated;
        const made = fresh.length > 0 ? await this.insert(ctx, tx, draft, created) : undefined;
        return inOrder(made ? [made] : [])[0]!;
      }),
    );
  }

  async get(ctx: CallContext, id: string): Promise<Invoice> {
    const row = await this.data.visibleTo(ctx).invoice.findFirst({ where: { id }, include: whole });
    if (!row) throw notFound('Invoice', id);
    return toProto(row);
  }

  async list(ctx: CallContext, request: ListInvoicesRequest): Promise<ListInvoicesResponse> {
    const { rows, ...page } = await this.data.list(ctx, 'Invoice', request, (visible, args) =>
      visible.invoice.findMany({ ...args, include: whole }),
    );
    return { ...page, invoices: rows.map(toProto) };
  }

  async update(ctx: CallContext, wanted: Invoice, fields: ReadonlySet<string>, version: number): Promise<Invoice> {
    return this.change(ctx, wanted.id, version, invoiceUpdated, async (before) => {
      assertDraft(before);
      const { currencyCode } = fields.has('currencyCode') ? wanted : before;
      const lines = fields.has('lines')
        ? this.linesOf(ctx, wanted, before.lines, currencyCode, 'invoice')
        : before.lines;
      const amounts = priced({ currencyCode, lines }, 'invoice');
      const columns = { ...changedColumns(toColumns(wanted), fields, before), ...toAmountColumns(amounts) };
      return fields.has('lines') ? { columns, lines: amounts.lines } : { columns };
    });
  }

  async delete(ctx: CallContext, id: string, version: number): Promise<Invoice> {
    return this.change(ctx, id, version, invoiceDeleted, async (before) => {
      assertDraft(before);
      return { columns: { deleteTime: ctx.clock() } };
    });
  }

  async undelete(ctx: CallContext, id: string, version: number): Promise<Invoice> {
    return this.change(
      ctx,
      id,
      version,
      invoiceUndeleted,
      async ({ deleteTime }) => {
        if (!deleteTime)
          throw new AppError('FAILED_PRECONDITION', 'NOT_DELETED', 'The invoice is not deleted.', { id });
        return { columns: { deleteTime: null } };
      },
      'shown',
    );
  }

  /** Who issued an invoice stays credited; of a draft the new owner is. Payments go where their invoice goes. */
  async transfer(ctx: CallContext, id: string, to: Owner, version: number): Promise<Invoice> {
    const owner = await this.newOwner.complete(ctx, to);
    return this.change(ctx, id, version, invoiceTransferred, async ({ state }, tx) => ({
      columns: { ...owner, ...(state === Invoice_State.DRAFT ? creditedTo(owner) : {}) },
      follow: () => this.payments.handOver(ctx, tx, id, owner),
    }));
  }

  /** From now on the invoice has its number and stays as it is. */
  async issue(ctx: CallContext, id: string, dueDate: LocalDate | undefined, version: number): Promise<Invoice> {
    const { branchId } = await this.get(ctx, id);
    const today = await this.data.branches.today(ctx, branchId);
    const issued = (): Promise<Invoice> =>
      this.change(ctx, id, version, invoiceIssued, async (before, tx) => {
        const due = dueDate ?? before.dueDate;
        assertCanIssue(before, today, due);
        const day = dateColumn(today);
        const number = await this.nextNumber(tx, seriesOf(today));
        return {
          columns: { state: Invoice_State.ISSUED, number, issueDate: day, businessDate: day, dueDate: dateColumn(due) },
        };
      });
    return this.inTurn(issued);
  }

  async cancel(ctx: CallContext, id: string, cancelReason: string, version: number): Promise<Invoice> {
    return this.change(ctx, id, version, invoiceCancelled, async (before) => {
      assertCanCancel(before);
      return { columns: { state: Invoice_State.CANCELLED, cancelReason } };
    });
  }

  /**
   * Drafts the invoice of a won deal. Not when the deal has one that is not
   * taken back, made by hand before it was won; and never a second time, not
   * even when the first draft was deleted since.
   */
  async draftForWonDeal(ctx: CallContext, tx: Tx, deal: Deal): Promise<void> {
    const message = wonDealInvoice(deal);
    if (!message) return;
    const where = { dealId: deal.id, state: { not: Invoice_State.CANCELLED } };
    if (await tx.invoice.findFirst({ where, select: { id: true } })) return;
    await this.insert(ctx, tx, { message, at: 'invoice' }, invoiceCreated, deal.id);
  }

  /** Row, lines, event and audit of a new invoice; nothing when this deal has made its invoice before. */
  private async insert(
    ctx: CallContext,
    tx: Tx,
    draft: Draft<Invoice>,
    created: (after: Invoice) => OutboxEvent,
    wonDealId: string | null = null,
  ): Promise<Invoice | undefined> {
    const { message, at } = draft;
    const owner = ownersOf(ctx, [draft])[0]!;
    const credited = creditedTo(owner);
    const { currencyCode } = message;
    const amounts = priced({ currencyCode, lines: this.linesOf(ctx, message, [], currencyCode, at) }, at);
    const data = {
      ...newRow(ctx, message),
      ...owner,
      creditedEmployeeId: message.creditedEmployeeId || credited.creditedEmployeeId,
      creditedDepartmentId: message.creditedDepartmentId || credited.creditedDepartmentId,
      creditedBranchId: message.creditedBranchId || credited.creditedBranchId,
      ...toColumns(message),
      ...toAmountColumns(amounts),
      state: Invoice_State.DRAFT,
      paymentState: Invoice_PaymentState.NONE,
      cancelReason: '',
      wonDealId,
    };
    const [row] = await tx.invoice.createManyAndReturn({ data: [data], skipDuplicates: wonDealId !== null });
    if (!row) return undefined;
    await tx.invoiceLine.createMany({ data: toLineRows(row.id, amounts.lines) });
    const after = withLines(row, amounts.lines);
    await outbox.add(tx, created(after));
    await audit.write(tx, INVOICE, { after });
    return after;
  }

  /** One change of one row: the row, its event and its audit together, or why not. */
  private change(
    ctx: CallContext,
    id: string,
    version: number,
    changed: (after: Invoice) => OutboxEvent,
    decide: Decision,
    deleted: 'hidden' | 'shown' = 'hidden',
  ): Promise<Invoice> {
    return this.data.visibleTo(ctx, { deleted }).transaction(async (tx) => {
      const found = await tx.invoice.findFirst({ where: { id }, include: whole });
      if (found?.version !== version) throw await this.data.whyNot(tx, 'Invoice', id, version);
      const before = toProto(found);
      const { columns, lines, follow } = await decide(before, tx);
      const data = { ...columns, ...nextVersion(ctx.clock()) };
      const [row] = await tx.invoice.updateManyAndReturn({ where: { id, version }, data });
      if (!row) throw await this.data.whyNot(tx, 'Invoice', id, version);
      if (lines) {
        await tx.invoiceLine.deleteMany({ where: { invoiceId: id } });
        await tx.invoiceLine.createMany({ data: toLineRows(id, lines) });
      }
      const after = withLines(row, lines ?? before.lines);
      await outbox.add(tx, changed(after));
      await audit.write(tx, INVOICE, { before, after });
      await follow?.();
      return after;
    });
  }

  private linesOf(
    ctx: CallContext,
    sent: Invoice,
    present: InvoiceLine[],
    currencyCode: string,
    at: string,
  ): InvoiceLine[] {
    const setsCost = ctx.grants.readable(INVOICE, 'cost') && ctx.grants.writable(INVOICE, 'cost');
    return rewritten(sent.lines, { present, currencyCode, setsCost, newId: uuidv7, at });
  }

  /**
   * Issues of one process wait for each other here: on the series' row each of
   * them would hold a connection while it waits, and nothing would be left to
   * answer others with.
   */
  private inTurn<T>(issue: () => Promise<T>): Promise<T> {
    const turn = this.lastIssue.then(issue);
    this.lastIssue = turn.catch(() => undefined);
    return turn;
  }

  /**
   * The next number of a series. Its row stays locked until the invoice has
   * committed, and an invoice that does not commit gives the number back: there
   * are no gaps and no duplicates.
   */
  private async nextNumber(tx: Tx, series: string): Promise<string> {
    const take = async (): Promise<{ lastNumber: number }[]> =>
      tx.numberSeries.updateManyAndReturn({ where: { series }, data: { lastNumber: { increment: 1 } } });
    let [row] = await take();
    if (!row) {
      await tx.numberSeries.createMany({ data: [{ series, lastNumber: 0 }], skipDuplicates: true });
      [row] = await take();
    }
    return numberIn(series, row!.lastNumber);
  }
}
