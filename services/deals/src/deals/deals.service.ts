import { Injectable } from '@nestjs/common';
import { Deal, Deal_Outcome } from '@rapport/contracts/rapport/deals/v1/deal';
import {
  BatchCreateDealsRequest,
  BatchCreateDealsResponse,
  CreateDealRequest,
  type ListDealsRequest,
  type ListDealsResponse,
  type ListStageChangesRequest,
  type ListStageChangesResponse,
} from '@rapport/contracts/rapport/deals/v1/deals_service';
import type { Money } from '@rapport/contracts/rapport/type/v1/type';
import type { CallContext } from '@rapport/service-kit/access';
import {
  audit,
  byExternalId,
  changedColumns,
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
import { PipelinesService } from '../pipelines/pipelines.service.js';
import { Data, type Tx } from '../prisma.service.js';
import {
  assertHistory,
  assertOneCurrency,
  assertOpen,
  assertStage,
  businessDate,
  creditedTo,
  lose,
  margin,
  win,
} from './deal.js';
import {
  dealCreated,
  dealDeleted,
  dealImported,
  dealLost,
  dealMoved,
  dealTransferred,
  dealUndeleted,
  dealUpdated,
  dealWon,
} from './deals.events.js';
import { toColumns, toProgressColumns, toProto, toStageChange } from './deals.mapper.js';

export const DEAL = 'deals.deal';

/** What a change sets, decided on the deal as it is now. */
type Decision = (before: Deal, tx: Tx) => Promise<Prisma.DealUncheckedUpdateManyInput>;

@Injectable()
export class DealsService {
  constructor(
    private readonly data: Data,
    private readonly pipelines: PipelinesService,
    private readonly newOwner: NewOwner,
  ) {}

  async create(ctx: CallContext, request: CreateDealRequest): Promise<Deal> {
    return this.data.visibleTo(ctx, { deleted: 'shown' }).transaction((tx) =>
      once(tx, [CreateDealRequest, request], Deal, async () => {
        const [deal] = await this.insert(ctx, tx, [{ message: request.deal!, at: 'deal' }]);
        return deal!;
      }),
    );
  }

  async createBatch(ctx: CallContext, request: BatchCreateDealsRequest): Promise<BatchCreateDealsResponse> {
    const drafts = request.requests.map((one, index) => ({ message: one.deal!, at: `requests[${index}].deal` }));
    return this.data.visibleTo(ctx, { deleted: 'shown' }).transaction((tx) =>
      once(tx, [BatchCreateDealsRequest, request], BatchCreateDealsResponse, async () => ({
        deals: await this.insert(ctx, tx, drafts),
      })),
    );
  }

  async get(ctx: CallContext, id: string): Promise<Deal> {
    const row = await this.data.visibleTo(ctx).deal.findFirst({ where: { id } });
    if (!row) throw notFound('Deal', id);
    return toProto(row);
  }

  async list(ctx: CallContext, request: ListDealsRequest): Promise<ListDealsResponse> {
    const { rows, ...page } = await this.data.list(ctx, 'Deal', request, (visible, args) =>
      visible.deal.findMany(args),
    );
    return { ...page, deals: rows.map(toProto) };
  }

  async update(ctx: CallContext, wanted: Deal, fields: ReadonlySet<string>, version: number): Promise<Deal> {
    return this.change(ctx, wanted.id, version, dealUpdated, async (before) => {
      // A won deal's sum is the order's: frozen. Its cost may become known later.
      if (fields.has('amount')) assertOpen(before);
      const after = { ...before, ...only(wanted, fields) };
      if (fields.has('cost')) assertOneCurrency(after, 'deal');
      return { ...changedColumns(toColumns(wanted), fields, before), ...marginOf(after) };
    });
  }

  async delete(ctx: CallContext, id: string, version: number): Promise<Deal> {
    return this.change(ctx, id, version, dealDeleted, async () => ({ deleteTime: ctx.clock() }));
  }

  async undelete(ctx: CallContext, id: string, version: number): Promise<Deal> {
    return this.change(
      ctx,
      id,
      version,
      dealUndeleted,
      async ({ deleteTime }) => {
        if (!deleteTime) throw new AppError('FAILED_PRECONDITION', 'NOT_DELETED', 'The deal is not deleted.', { id });
        return { deleteTime: null };
      },
      'shown',
    );
  }

  /** Who closed a deal stays credited; of an open one the new owner is. */
  async transfer(ctx: CallContext, id: string, to: Owner, version: number): Promise<Deal> {
    const owner = await this.newOwner.complete(ctx, to);
    return this.change(ctx, id, version, dealTransferred, async (before) => ({
      ...owner,
      ...(before.outcome === Deal_Outcome.OPEN ? creditedTo(owner) : {}),
    }));
  }

  async move(
    ctx: CallContext,
    id: string,
    to: { readonly stageId: string; readonly reason: string },
    version: number,
  ): Promise<Deal> {
    return this.change(ctx, id, version, dealMoved, async (before, tx) => {
      assertOpen(before);
      assertStage(await this.pipelines.stageIds(tx, before.pipelineId), to.stageId, 'stage_id');
      await this.recordSteps(ctx, tx, [{ deal: before, ...to }]);
      return { stageId: to.stageId };
    });
  }

  async win(ctx: CallContext, id: string, orderSum: Money | undefined, version: number): Promise<Deal> {
    return this.change(ctx, id, version, dealWon, async (before) => {
      assertOpen(before);
      const won = { ...before, ...win(before, await this.data.branches.today(ctx, before.branchId), orderSum) };
      return { ...toColumns(won), ...toProgressColumns(won), ...marginOf(won) };
    });
  }

  async lose(
    ctx: CallContext,
    id: string,
    why: { readonly lossReasonId: string; readonly comment: string },
    version: number,
  ): Promise<Deal> {
    return this.change(ctx, id, version, dealLost, async (before) => {
      assertOpen(before);
      return toProgressColumns({
        ...before,
        ...lose(before, await this.data.branches.today(ctx, before.branchId), why),
      });
    });
  }

  async listStageChanges(
    ctx: CallContext,
    { dealId, pageSize, pageToken }: ListStageChangesRequest,
  ): Promise<ListStageChangesResponse> {
    await this.get(ctx, dealId);
    const request = {
      filter: `deal_id = "${dealId}"`,
      orderBy: 'change_time',
      pageSize,
      pageToken,
      includeTotal: false,
    };
    const { rows, nextPageToken } = await this.data.list(ctx, 'StageChange', request, (visible, args) =>
      visible.stageChange.findMany(args),
    );
    return { stageChanges: rows.map(toStageChange), nextPageToken };
  }

  /** Rows, first steps, events and audit of new deals, in the order of the drafts. */
  private async insert(ctx: CallContext, tx: Tx, drafts: readonly Draft<Deal>[]): Promise<Deal[]> {
    const { fresh, inOrder } = await byExternalId(drafts, async (where) =>
      (await tx.deal.findMany({ where })).map(toProto),
    );
    const owners = ownersOf(ctx, fresh);
    const begun = await this.pipelines.beginnings(
      tx,
      fresh.map(({ message }) => message.pipelineId),
    );
    const today = await this.data.branches.today(ctx);
    const rows = fresh.map(({ message, at }, index) => {
      const owner = owners[index]!;
      const history = isImport(ctx, DEAL, message);
      const deal = complete(message, owner, begun(message.pipelineId, at), history ? undefined : today);
      assertStage(begun(message.pipelineId, at).stageIds, deal.stageId, `${at}.stage_id`);
      assertHistory(deal, at);
      assertOneCurrency(deal, at);
      return { ...newRow(ctx, message), ...owner, ...toColumns(deal), ...toProgressColumns(deal), ...marginOf(deal) };
    });
    const made = (await tx.deal.createManyAndReturn({ data: rows })).map(toProto);
    await this.recordSteps(
      ctx,
      tx,
      made.map((deal) => ({ deal, stageId: deal.stageId, reason: '', first: true })),
    );
    const created = fresh.map(({ message }) => (isImport(ctx, DEAL, message) ? dealImported : dealCreated));
    await outbox.add(tx, ...made.map((deal, index) => created[index]!(deal)));
    await audit.write(tx, DEAL, ...made.map((after) => ({ after })));
    return inOrder(made);
  }

  private async recordSteps(
    ctx: CallContext,
    tx: Tx,
    steps: readonly {
      readonly deal: Deal;
      readonly stageId: string;
      readonly reason: string;
      readonly first?: boolean;
    }[],
  ): Promise<void> {
    const data = steps.map(({ deal, stageId, reason, first }) => ({
      id: uuidv7(),
      dealId: deal.id,
      fromStageId: first ? null : deal.stageId,
      toStageId: stageId,
      changeTime: ctx.clock(),
      employeeId: ctx.principal.employeeId ?? null,
      reason,
    }));
    await tx.stageChange.createMany({ data });
  }

  /** One change of one row: the row, its event and its audit together, or why not. */
  private change(
    ctx: CallContext,
    id: string,
    version: number,
    changed: (after: Deal) => OutboxEvent,
    decide: Decision,
    deleted: 'hidden' | 'shown' = 'hidden',
  ): Promise<Deal> {
    return this.data.visibleTo(ctx, { deleted }).transaction(async (tx) => {
      const found = await tx.deal.findFirst({ where: { id } });
      if (found?.version !== version) throw await this.data.whyNot(tx, 'Deal', id, version);
      const before = toProto(found);
      const data = { ...(await decide(before, tx)), ...nextVersion(ctx.clock()) };
      const [row] = await tx.deal.updateManyAndReturn({ where: { id, version }, data });
      if (!row) throw await this.data.whyNot(tx, 'Deal', id, version);
      const after = toProto(row);
      await outbox.add(tx, changed(after));
      await audit.write(tx, DEAL, { before, after });
      return after;
    });
  }
}

/** What a new deal does not say follows from its owner, its pipeline and, unless it is history, the day. */
function complete(
  draft: Deal,
  owner: Owner,
  { pipelineId, firstStageId }: { readonly pipelineId: string; readonly firstStageId: string },
  today: Deal['startDate'],
): Deal {
  const credited = creditedTo(owner);
  const outcome = draft.outcome === Deal_Outcome.UNSPECIFIED ? Deal_Outcome.OPEN : draft.outcome;
  const startDate = draft.startDate ?? today;
  return {
    ...draft,
    creditedEmployeeId: draft.creditedEmployeeId || credited.creditedEmployeeId,
    creditedDepartmentId: draft.creditedDepartmentId || credited.creditedDepartmentId,
    creditedBranchId: draft.creditedBranchId || credited.creditedBranchId,
    pipelineId,
    stageId: draft.stageId || firstStageId,
    outcome,
    startDate,
    businessDate: businessDate({ closeDate: draft.closeDate, startDate }),
  };
}

function marginOf(deal: Deal): Pick<Prisma.DealUncheckedCreateInput, 'margin' | 'marginCurrency'> {
  const known = margin(deal);
  return { margin: known?.amount ?? null, marginCurrency: known?.currencyCode ?? null };
}

/** Those members of a message that an update changes. */
function only(deal: Deal, fields: ReadonlySet<string>): Partial<Deal> {
  return Object.fromEntries(Object.entries(deal).filter(([name]) => fields.has(name))) as Partial<Deal>;
}
