import { Injectable } from '@nestjs/common';
import { Complaint, Complaint_State } from '@rapport/contracts/rapport/quality/v1/complaint';
import {
  CreateComplaintRequest,
  type ListComplaintsRequest,
  type ListComplaintsResponse,
} from '@rapport/contracts/rapport/quality/v1/complaints_service';
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
  participants,
} from '@rapport/service-kit/data';
import { localDate } from '@rapport/service-kit/dates';
import { AppError } from '@rapport/service-kit/errors';
import type { Prisma } from '../generated/prisma/client.js';
import { Data, type Tx } from '../prisma.service.js';
import { assertReceived, close, executorOf, numberOf, seriesOf, take } from './complaint.js';
import {
  complaintClosed,
  complaintCreated,
  complaintDeleted,
  complaintImported,
  complaintTaken,
  complaintTransferred,
  complaintUndeleted,
  complaintUpdated,
} from './complaints.events.js';
import { toColumns, toProto } from './complaints.mapper.js';

export const COMPLAINT = 'quality.complaint';

/** What a change sets, decided on the row as it is now. */
type Decision = (before: Complaint) => Prisma.ComplaintUpdateManyMutationInput;

@Injectable()
export class ComplaintsService {
  constructor(
    private readonly data: Data,
    private readonly newOwner: NewOwner,
  ) {}

  async create(ctx: CallContext, request: CreateComplaintRequest): Promise<Complaint> {
    const draft = { message: request.complaint!, at: 'complaint' };
    const [owner] = ownersOf(ctx, [draft]);
    // Not in the transaction: it may have to ask another service.
    const { timeZone } = await this.data.branches.get(ctx, owner!.branchId);
    return this.data
      .visibleTo(ctx, { deleted: 'shown' })
      .transaction((tx) =>
        once(tx, [CreateComplaintRequest, request], Complaint, () => this.insert(ctx, tx, draft, owner!, timeZone)),
      );
  }

  async get(ctx: CallContext, id: string): Promise<Complaint> {
    const row = await this.data.visibleTo(ctx).complaint.findFirst({ where: { id } });
    if (!row) throw notFound('Complaint', id);
    return toProto(row);
  }

  async list(ctx: CallContext, request: ListComplaintsRequest): Promise<ListComplaintsResponse> {
    const { rows, ...page } = await this.data.list(ctx, 'Complaint', request, (visible, args) =>
      visible.complaint.findMany(args),
    );
    return { ...page, complaints: rows.map(toProto) };
  }

  async update(ctx: CallContext, wanted: Complaint, fields: ReadonlySet<string>, version: number): Promise<Complaint> {
    const received = fields.has('receiveTime') ? await this.receiptOf(ctx, wanted) : {};
    return this.change(ctx, wanted.id, version, complaintUpdated, (before) => ({
      ...changedColumns(toColumns(wanted), fields, before),
      ...received,
    }));
  }

  async delete(ctx: CallContext, id: string, version: number): Promise<Complaint> {
    return this.change(ctx, id, version, complaintDeleted, () => ({ deleteTime: ctx.clock() }));
  }

  async undelete(ctx: CallContext, id: string, version: number): Promise<Complaint> {
    const restore: Decision = ({ deleteTime }) => {
      if (deleteTime) return { deleteTime: null };
      throw new AppError('FAILED_PRECONDITION', 'NOT_DELETED', 'The complaint is not deleted.', { id });
    };
    return this.change(ctx, id, version, complaintUndeleted, restore, 'shown');
  }

  async transfer(ctx: CallContext, id: string, to: Owner, version: number): Promise<Complaint> {
    const owner = await this.newOwner.complete(ctx, to);
    return this.change(ctx, id, version, complaintTransferred, () => owner);
  }

  async take(ctx: CallContext, id: string, version: number): Promise<Complaint> {
    return this.change(ctx, id, version, complaintTaken, (before) => take(before, ctx.principal.employeeId));
  }

  async close(ctx: CallContext, id: string, decision: string, version: number): Promise<Complaint> {
    return this.change(ctx, id, version, complaintClosed, (before) => close(before, decision, ctx.clock()));
  }

  /** The time of receipt, as an update corrects it, with the day that follows from it. */
  private async receiptOf(ctx: CallContext, { id, receiveTime }: Complaint) {
    assertReceived(receiveTime, ctx.clock(), 'complaint');
    const { branchId } = await this.get(ctx, id);
    const { timeZone } = await this.data.branches.get(ctx, branchId);
    const businessDate = localDate(receiveTime, timeZone);
    return { receiveTime, businessDate: dateColumn(businessDate)! };
  }

  /** Row, event and audit of a new complaint, or the one that has its external id. */
  private async insert(
    ctx: CallContext,
    tx: Tx,
    draft: Draft<Complaint>,
    owner: Owner,
    timeZone: string,
  ): Promise<Complaint> {
    const { message, at } = draft;
    const { fresh, inOrder } = await byExternalId([draft], async (where) =>
      (await tx.complaint.findMany({ where })).map(toProto),
    );
    const made: Complaint[] = [];
    if (fresh.length > 0) {
      const receiveTime = message.receiveTime ?? ctx.clock();
      assertReceived(receiveTime, ctx.clock(), at);
      const businessDate = localDate(receiveTime, timeZone);
      const data = {
        ...newRow(ctx, message),
        ...owner,
        ...toColumns(message),
        number: await this.nextNumber(tx, seriesOf(businessDate)),
        receiveTime,
        businessDate: dateColumn(businessDate)!,
        receiverId: ctx.principal.employeeId ?? null,
        state: Complaint_State.NEW,
        decision: '',
      };
      const after = toProto(await tx.complaint.create({ data }));
      const created = isImport(ctx, COMPLAINT, message) ? complaintImported : complaintCreated;
      await outbox.add(tx, created(after));
      await audit.write(tx, COMPLAINT, { after });
      made.push(after);
    }
    return inOrder(made)[0]!;
  }

  /** The row of the series stays locked to the end of the transaction, so that numbers rise in the order of commits. */
  private async nextNumber(tx: Tx, series: string): Promise<string> {
    await tx.numberSeries.createMany({ data: { series, lastNumber: 0 }, skipDuplicates: true });
    const [taken] = await tx.numberSeries.updateManyAndReturn({
      where: { series },
      data: { lastNumber: { increment: 1 } },
    });
    return numberOf(series, taken!.lastNumber);
  }

  /** One change of one row: the row, its event and its audit together, or why not. */
  private change(
    ctx: CallContext,
    id: string,
    version: number,
    changed: (after: Complaint) => OutboxEvent,
    decide: Decision,
    deleted: 'hidden' | 'shown' = 'hidden',
  ): Promise<Complaint> {
    return this.data.visibleTo(ctx, { deleted }).transaction(async (tx) => {
      const found = await tx.complaint.findFirst({ where: { id } });
      if (found?.version !== version) throw await this.data.whyNot(tx, 'Complaint', id, version);
      const before = toProto(found);
      const data = { ...decide(before), ...nextVersion(ctx.clock()) };
      const [row] = await tx.complaint.updateManyAndReturn({ where: { id, version }, data });
      if (!row) throw await this.data.whyNot(tx, 'Complaint', id, version);
      const after = toProto(row);
      // The executor sees it from now on, wherever it is handed over; whom he took it over from, no longer.
      if (after.executorId !== before.executorId) await participants.set(tx, COMPLAINT, id, [executorOf(after)]);
      await outbox.add(tx, changed(after));
      await audit.write(tx, COMPLAINT, { before, after });
      return after;
    });
  }
}
