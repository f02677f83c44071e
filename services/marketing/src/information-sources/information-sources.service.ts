import { Injectable } from '@nestjs/common';
import { InformationSource } from '@rapport/contracts/rapport/marketing/v1/information_source';
import {
  BatchCreateInformationSourcesRequest,
  BatchCreateInformationSourcesResponse,
  CreateInformationSourceRequest,
  type ListInformationSourcesRequest,
  type ListInformationSourcesResponse,
} from '@rapport/contracts/rapport/marketing/v1/information_sources_service';
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
import { assertDatesInOrder } from './information-source.js';
import {
  informationSourceCreated,
  informationSourceDeleted,
  informationSourceImported,
  informationSourceUndeleted,
  informationSourceUpdated,
} from './information-sources.events.js';
import { toColumns, toProto } from './information-sources.mapper.js';

export const INFORMATION_SOURCE = 'marketing.information_source';

/** What a change sets, decided on the row as it is now. */
type Decision = (before: InformationSource) => Prisma.InformationSourceUpdateManyMutationInput;

@Injectable()
export class InformationSourcesService {
  constructor(private readonly data: Data) {}

  async create(ctx: CallContext, request: CreateInformationSourceRequest): Promise<InformationSource> {
    return this.data.visibleTo(ctx, { deleted: 'shown' }).transaction((tx) =>
      once(tx, [CreateInformationSourceRequest, request], InformationSource, async () => {
        const draft = { message: request.informationSource!, at: 'information_source' };
        const [source] = await this.insert(ctx, tx, [draft]);
        return source!;
      }),
    );
  }

  async createBatch(
    ctx: CallContext,
    request: BatchCreateInformationSourcesRequest,
  ): Promise<BatchCreateInformationSourcesResponse> {
    const drafts = request.requests.map(({ informationSource }, index) => ({
      message: informationSource!,
      at: `requests[${index}].information_source`,
    }));
    return this.data.visibleTo(ctx, { deleted: 'shown' }).transaction((tx) =>
      once(tx, [BatchCreateInformationSourcesRequest, request], BatchCreateInformationSourcesResponse, async () => ({
        informationSources: await this.insert(ctx, tx, drafts),
      })),
    );
  }

  async get(ctx: CallContext, id: string): Promise<InformationSource> {
    const row = await this.data.visibleTo(ctx).informationSource.findFirst({ where: { id } });
    if (!row) throw notFound('InformationSource', id);
    return toProto(row);
  }

  async list(ctx: CallContext, request: ListInformationSourcesRequest): Promise<ListInformationSourcesResponse> {
    const { rows, ...page } = await this.data.list(ctx, 'InformationSource', request, (visible, args) =>
      visible.informationSource.findMany(args),
    );
    return { ...page, informationSources: rows.map(toProto) };
  }

  async update(
    ctx: CallContext,
    wanted: InformationSource,
    fields: ReadonlySet<string>,
    version: number,
  ): Promise<InformationSource> {
    return this.change(ctx, wanted.id, version, informationSourceUpdated, (before) => {
      const startDate = fields.has('startDate') ? wanted.startDate : before.startDate;
      const endDate = fields.has('endDate') ? wanted.endDate : before.endDate;
      assertDatesInOrder({ startDate, endDate }, 'information_source');
      return changedColumns(toColumns(wanted), fields, before);
    });
  }

  async delete(ctx: CallContext, id: string, version: number): Promise<InformationSource> {
    return this.change(ctx, id, version, informationSourceDeleted, () => ({ deleteTime: ctx.clock() }));
  }

  async undelete(ctx: CallContext, id: string, version: number): Promise<InformationSource> {
    const restore: Decision = ({ deleteTime }) => {
      if (deleteTime) return { deleteTime: null };
      throw new AppError('FAILED_PRECONDITION', 'NOT_DELETED', 'The information source is not deleted.', { id });
    };
    return this.change(ctx, id, version, informationSourceUndeleted, restore, 'shown');
  }

  /** Rows, events and audit of new information sources, in the order of the drafts. */
  private async insert(
    ctx: CallContext,
    tx: Tx,
    drafts: readonly Draft<InformationSource>[],
  ): Promise<InformationSource[]> {
    for (const { message, at } of drafts) assertDatesInOrder(message, at);
    const { fresh, inOrder } = await byExternalId(drafts, async (where) =>
      (await tx.informationSource.findMany({ where })).map(toProto),
    );
    const rows = fresh.map(({ message }) => ({ ...newRow(ctx, message), ...toColumns(message) }));
    const made = (await tx.informationSource.createManyAndReturn({ data: rows })).map(toProto);
    const created = fresh.map(({ message }) =>
      isImport(ctx, INFORMATION_SOURCE, message) ? informationSourceImported : informationSourceCreated,
    );
    await outbox.add(tx, ...made.map((source, index) => created[index]!(source)));
    await audit.write(tx, INFORMATION_SOURCE, ...made.map((after) => ({ after })));
    return inOrder(made);
  }

  /** One change of one row: the row, its event and its audit together, or why not. */
  private change(
    ctx: CallContext,
    id: string,
    version: number,
    changed: (after: InformationSource) => OutboxEvent,
    decide: Decision,
    deleted: 'hidden' | 'shown' = 'hidden',
  ): Promise<InformationSource> {
    return this.data.visibleTo(ctx, { deleted }).transaction(async (tx) => {
      const found = await tx.informationSource.findFirst({ where: { id } });
      if (found?.version !== version) throw await this.data.whyNot(tx, 'InformationSource', id, version);
      const before = toProto(found);
      const data = { ...decide(before), ...nextVersion(ctx.clock()) };
      const [row] = await tx.informationSource.updateManyAndReturn({ where: { id, version }, data });
      if (!row) throw await this.data.whyNot(tx, 'InformationSource', id, version);
      const after = toProto(row);
      await outbox.add(tx, changed(after));
      await audit.write(tx, INFORMATION_SOURCE, { before, after });
      return after;
    });
  }
}
