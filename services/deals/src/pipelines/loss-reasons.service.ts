import { Injectable } from '@nestjs/common';
import { LossReason } from '@rapport/contracts/rapport/deals/v1/pipeline';
import {
  CreateLossReasonRequest,
  type ListLossReasonsRequest,
  type ListLossReasonsResponse,
} from '@rapport/contracts/rapport/deals/v1/pipelines_service';
import type { CallContext } from '@rapport/service-kit/access';
import {
  audit,
  byExternalId,
  changedColumns,
  type Draft,
  isImport,
  newRow,
  nextVersion,
  notFound,
  once,
  outbox,
  type OutboxEvent,
} from '@rapport/service-kit/data';
import { AppError } from '@rapport/service-kit/errors';
import type { Prisma } from '../generated/prisma/client.js';
import { Data, type Tx } from '../prisma.service.js';
import {
  lossReasonCreated,
  lossReasonDeleted,
  lossReasonImported,
  lossReasonUndeleted,
  lossReasonUpdated,
} from './loss-reasons.events.js';
import { toColumns, toProto } from './loss-reasons.mapper.js';

export const LOSS_REASON = 'deals.loss_reason';

/** What a change sets, decided on the row as it is now. */
type Decision = (before: LossReason) => Prisma.LossReasonUpdateManyMutationInput;

@Injectable()
export class LossReasonsService {
  constructor(private readonly data: Data) {}

  async create(ctx: CallContext, request: CreateLossReasonRequest): Promise<LossReason> {
    return this.data.visibleTo(ctx, { deleted: 'shown' }).transaction((tx) =>
      once(tx, [CreateLossReasonRequest, request], LossReason, async () => {
        const [lossReason] = await this.insert(ctx, tx, [{ message: request.lossReason!, at: 'loss_reason' }]);
        return lossReason!;
      }),
    );
  }

  async get(ctx: CallContext, id: string): Promise<LossReason> {
    const row = await this.data.visibleTo(ctx).lossReason.findFirst({ where: { id } });
    if (!row) throw notFound('LossReason', id);
    return toProto(row);
  }

  async list(ctx: CallContext, request: ListLossReasonsRequest): Promise<ListLossReasonsResponse> {
    const { rows, ...page } = await this.data.list(ctx, 'LossReason', request, (visible, args) =>
      visible.lossReason.findMany(args),
    );
    return { ...page, lossReasons: rows.map(toProto) };
  }

  async update(
    ctx: CallContext,
    wanted: LossReason,
    fields: ReadonlySet<string>,
    version: number,
  ): Promise<LossReason> {
    return this.change(ctx, wanted.id, version, lossReasonUpdated, () => changedColumns(toColumns(wanted), fields));
  }

  async delete(ctx: CallContext, id: string, version: number): Promise<LossReason> {
    return this.change(ctx, id, version, lossReasonDeleted, () => ({ deleteTime: ctx.clock() }));
  }

  async undelete(ctx: CallContext, id: string, version: number): Promise<LossReason> {
    return this.change(
      ctx,
      id,
      version,
      lossReasonUndeleted,
      ({ deleteTime }) => {
        if (!deleteTime)
          throw new AppError('FAILED_PRECONDITION', 'NOT_DELETED', 'The loss reason is not deleted.', { id });
        return { deleteTime: null };
      },
      'shown',
    );
  }

  /** Rows, events and audit of new loss reasons, in the order of the drafts. */
  private async insert(ctx: CallContext, tx: Tx, drafts: readonly Draft<LossReason>[]): Promise<LossReason[]> {
    const { fresh, inOrder } = await byExternalId(drafts, async (where) =>
      (await tx.lossReason.findMany({ where })).map(toProto),
    );
    const rows = fresh.map(({ message }) => ({ ...newRow(ctx, message), ...toColumns(message) }));
    const made = (await tx.lossReason.createManyAndReturn({ data: rows })).map(toProto);
    const created = fresh.map(({ message }) =>
      isImport(ctx, LOSS_REASON, message) ? lossReasonImported : lossReasonCreated,
    );
    await outbox.add(tx, ...made.map((lossReason, index) => created[index]!(lossReason)));
    await audit.write(tx, LOSS_REASON, ...made.map((after) => ({ after })));
    return inOrder(made);
  }

  /** One change of one row: the row, its event and its audit together, or why not. */
  private change(
    ctx: CallContext,
    id: string,
    version: number,
    changed: (after: LossReason) => OutboxEvent,
    decide: Decision,
    deleted: 'hidden' | 'shown' = 'hidden',
  ): Promise<LossReason> {
    return this.data.visibleTo(ctx, { deleted }).transaction(async (tx) => {
      const found = await tx.lossReason.findFirst({ where: { id } });
      if (found?.version !== version) throw await this.data.whyNot(tx, 'LossReason', id, version);
      const before = toProto(found);
      const data = { ...decide(before), ...nextVersion(ctx.clock()) };
      const [row] = await tx.lossReason.updateManyAndReturn({ where: { id, version }, data });
      if (!row) throw await this.data.whyNot(tx, 'LossReason', id, version);
      const after = toProto(row);
      await outbox.add(tx, changed(after));
      await audit.write(tx, LOSS_REASON, { before, after });
      return after;
    });
  }
}
