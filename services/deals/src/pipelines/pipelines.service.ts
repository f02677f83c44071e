import { Injectable } from '@nestjs/common';
import { Deal_Outcome } from '@rapport/contracts/rapport/deals/v1/deal';
import { Pipeline } from '@rapport/contracts/rapport/deals/v1/pipeline';
import {
  BatchCreatePipelinesRequest,
  BatchCreatePipelinesResponse,
  CreatePipelineRequest,
  type ListPipelinesRequest,
  type ListPipelinesResponse,
} from '@rapport/contracts/rapport/deals/v1/pipelines_service';
import type { CallContext } from '@rapport/service-kit/access';
import {
  audit,
  byExternalId,
  changedColumns,
  type Draft,
  isImport,
  lock,
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
  pipelineCreated,
  pipelineDeleted,
  pipelineImported,
  pipelineUndeleted,
  pipelineUpdated,
} from './pipelines.events.js';
import {
  type Beginning,
  beginning,
  defaultPipeline,
  keptAndNewStages,
  newStages,
  secondDefault,
  stageInUse,
} from './pipeline.js';
import { toColumns, toProto, toStageRows } from './pipelines.mapper.js';

export const PIPELINE = 'deals.pipeline';

/** What a change sets, decided on the row as it is now. */
type Decision = (before: Pipeline, tx: Tx) => Promise<Prisma.PipelineUpdateManyMutationInput>;

/** A pipeline with its stages in order. */
const whole = { stages: { orderBy: { ordinal: 'asc' } } } as const satisfies Prisma.PipelineInclude;

@Injectable()
export class PipelinesService {
  constructor(private readonly data: Data) {}

  async create(ctx: CallContext, request: CreatePipelineRequest): Promise<Pipeline> {
    return this.data.visibleTo(ctx, { deleted: 'shown' }).transaction((tx) =>
      once(tx, [CreatePipelineRequest, request], Pipeline, async () => {
        const [pipeline] = await this.insert(ctx, tx, [{ message: request.pipeline!, at: 'pipeline' }]);
        return pipeline!;
      }),
    );
  }

  async createBatch(ctx: CallContext, request: BatchCreatePipelinesRequest): Promise<BatchCreatePipelinesResponse> {
    const drafts = request.requests.map((one, index) => ({
      message: one.pipeline!,
      at: `requests[${index}].pipeline`,
    }));
    return this.data.visibleTo(ctx, { deleted: 'shown' }).transaction((tx) =>
      once(tx, [BatchCreatePipelinesRequest, request], BatchCreatePipelinesResponse, async () => ({
        pipelines: await this.insert(ctx, tx, drafts),
      })),
    );
  }

  async get(ctx: CallContext, id: string): Promise<Pipeline> {
    const row = await this.data.visibleTo(ctx).pipeline.findFirst({ where: { id }, include: whole });
    if (!row) throw notFound('Pipeline', id);
    return toProto(row);
  }

  async list(ctx: CallContext, request: ListPipelinesRequest): Promise<ListPipelinesResponse> {
    const { rows, ...page } = await this.data.list(ctx, 'Pipeline', request, (visible, args) =>
      visible.pipeline.findMany({ ...args, include: whole }),
    );
    return { ...page, pipelines: rows.map(toProto) };
  }

  async update(ctx: CallContext, wanted: Pipeline, fields: ReadonlySet<string>, version: number): Promise<Pipeline> {
    return this.change(ctx, wanted.id, version, pipelineUpdated, async (before, tx) => {
      if (fields.has('stages')) await this.replaceStages(tx, before, wanted);
      if (fields.has('defaultPipeline') && wanted.defaultPipeline) await this.assertOnlyDefault(tx, wanted.id);
      return changedColumns(toColumns(wanted), fields);
    });
  }

  async delete(ctx: CallContext, id: string, version: number): Promise<Pipeline> {
    return this.change(ctx, id, version, pipelineDeleted, async (before, tx) => {
      await lock(tx, stagesOf(before.id));
      await this.assertNoOpenDeals(tx, { pipelineId: before.id });
      return { deleteTime: ctx.clock() };
    });
  }

  async undelete(ctx: CallContext, id: string, version: number): Promise<Pipeline> {
    return this.change(
      ctx,
      id,
      version,
      pipelineUndeleted,
      async ({ deleteTime }) => {
        if (!deleteTime)
          throw new AppError('FAILED_PRECONDITION', 'NOT_DELETED', 'The pipeline is not deleted.', { id });
        return { deleteTime: null };
      },
      'shown',
    );
  }

  /** Makes the default pipeline unless there is, or ever was, a pipeline. */
  async ensureDefault(ctx: CallContext): Promise<void> {
    await this.data.visibleTo(ctx, { deleted: 'shown' }).transaction(async (tx) => {
      await lock(tx, 'default pipeline');
      if (await this.data.everyRow(tx).pipeline.findFirst({})) return;
      await this.insert(ctx, tx, [{ message: defaultPipeline(), at: 'pipeline' }]);
    });
  }

  /** Ids of a pipeline's stages; they stay until the transaction ends. */
  async stageIds(tx: Tx, pipelineId: string): Promise<ReadonlySet<string>> {
    await lock(tx, stagesOf(pipelineId), 'shared');
    const stages = await this.data.everyRow(tx).stage.findMany({ where: { pipelineId } });
    return new Set(stages.map(({ id }) => id));
  }

  /** Where new deals begin: in the pipeline they name, else in the default one. The function throws for one that names none when there is none. */
  async beginnings(tx: Tx, pipelineIds: readonly string[]): Promise<(pipelineId: string, at: string) => Beginning> {
    const named = [...new Set(pipelineIds.filter(Boolean))];
    const rows = await this.data.everyRow(tx).pipeline.findMany({
      where: { OR: [{ id: { in: named } }, { defaultPipeline: true, deleteTime: null }] },
      include: whole,
    });
    for (const { id } of rows) await lock(tx, stagesOf(id), 'shared');
    return (pipelineId, at) =>
      beginning(
        rows.find((row) => (pipelineId === '' ? row.defaultPipeline : row.id === pipelineId)),
        at,
      );
  }

  /** Rows, events and audit of new pipelines, in the order of the drafts. */
  private async insert(ctx: CallContext, tx: Tx, drafts: readonly Draft<Pipeline>[]): Promise<Pipeline[]> {
    const { fresh, inOrder } = await byExternalId(drafts, async (where) =>
      (await tx.pipeline.findMany({ where, include: whole })).map(toProto),
    );
    const rows = fresh.map(({ message }) => ({ ...newRow(ctx, message), ...toColumns(message) }));
    for (const row of rows) if (row.defaultPipeline) await this.assertOnlyDefault(tx, row.id);
    const pipelines = await tx.pipeline.createManyAndReturn({ data: rows });
    const stages = fresh.map(({ message }, index) => toStageRows(rows[index]!.id, newStages(message)));
    await tx.stage.createMany({ data: stages.flat() });
    const made = pipelines.map((row, index) => toProto({ ...row, stages: stages[index]! }));
    const created = fresh.map(({ message }) => (isImport(ctx, PIPELINE, message) ? pipelineImported : pipelineCreated));
    await outbox.add(tx, ...made.map((pipeline, index) => created[index]!(pipeline)));
    await audit.write(tx, PIPELINE, ...made.map((after) => ({ after })));
    return inOrder(made);
  }

  /** One change of one row: the row, its event and its audit together, or why not. */
  private change(
    ctx: CallContext,
    id: string,
    version: number,
    changed: (after: Pipeline) => OutboxEvent,
    decide: Decision,
    deleted: 'hidden' | 'shown' = 'hidden',
  ): Promise<Pipeline> {
    return this.data.visibleTo(ctx, { deleted }).transaction(async (tx) => {
      const found = await tx.pipeline.findFirst({ where: { id }, include: whole });
      if (found?.version !== version) throw await this.data.whyNot(tx, 'Pipeline', id, version);
      const before = toProto(found);
      const data = { ...(await decide(before, tx)), ...nextVersion(ctx.clock()) };
      const [row] = await tx.pipeline.updateManyAndReturn({ where: { id, version }, data });
      if (!row) throw await this.data.whyNot(tx, 'Pipeline', id, version);
      const stages = await tx.stage.findMany({ where: { pipelineId: id }, orderBy: { ordinal: 'asc' } });
      const after = toProto({ ...row, stages });
      await outbox.add(tx, changed(after));
      await audit.write(tx, PIPELINE, { before, after });
      return after;
    });
  }

  /** Stages that stay keep their id; one that goes must not hold open deals. */
  private async replaceStages(tx: Tx, before: Pipeline, wanted: Pipeline): Promise<void> {
    await lock(tx, stagesOf(before.id));
    const stages = keptAndNewStages(before, wanted);
    const kept = new Set(stages.map((stage) => stage.id));
    const gone = before.stages.flatMap((stage) => (kept.has(stage.id) ? [] : stage.id));
    if (gone.length > 0) await this.assertNoOpenDeals(tx, { stageId: { in: gone } });
    await tx.stage.deleteMany({ where: { pipelineId: before.id } });
    await tx.stage.createMany({ data: toStageRows(before.id, stages) });
  }

  /** Whoever holds them: a stage with deals that the caller does not see is in use all the same. */
  private async assertNoOpenDeals(tx: Tx, where: Prisma.DealWhereInput): Promise<void> {
    const open = await this.data
      .everyRow(tx)
      .deal.findFirst({ where: { ...where, outcome: Deal_Outcome.OPEN, deleteTime: null } });
    if (open) throw stageInUse();
  }

  private async assertOnlyDefault(tx: Tx, id: string): Promise<void> {
    await lock(tx, 'default pipeline');
    const other = await tx.pipeline.findFirst({ where: { defaultPipeline: true, id: { not: id } } });
    if (other) throw secondDefault(other.displayName);
  }
}

/** Held shared by who puts a deal into a stage, alone by who takes stages away. */
const stagesOf = (pipelineId: string): string => `stages of ${pipelineId}`;
