import { Injectable } from '@nestjs/common';
import { Branch } from '@rapport/contracts/rapport/contacts/v1/organization';
import {
  BatchCreateBranchesRequest,
  BatchCreateBranchesResponse,
  CreateBranchRequest,
  type ListBranchesRequest,
  type ListBranchesResponse,
} from '@rapport/contracts/rapport/contacts/v1/organization_service';
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
import { assertTimeZone } from './branch.js';
import { branchCreated, branchDeleted, branchImported, branchUndeleted, branchUpdated } from './branches.events.js';
import { toColumns, toProto } from './branches.mapper.js';

export const BRANCH = 'contacts.branch';

/** What a change sets, decided on the row as it is now. */
type Decision = (before: Branch) => Prisma.BranchUpdateManyMutationInput;

@Injectable()
export class BranchesService {
  constructor(private readonly data: Data) {}

  async create(ctx: CallContext, request: CreateBranchRequest): Promise<Branch> {
    return this.data.visibleTo(ctx, { deleted: 'shown' }).transaction((tx) =>
      once(tx, [CreateBranchRequest, request], Branch, async () => {
        const [branch] = await this.insert(ctx, tx, [{ message: request.branch!, at: 'branch' }]);
        return branch!;
      }),
    );
  }

  async createBatch(ctx: CallContext, request: BatchCreateBranchesRequest): Promise<BatchCreateBranchesResponse> {
    const drafts = request.requests.map((one, index) => ({ message: one.branch!, at: `requests[${index}].branch` }));
    return this.data.visibleTo(ctx, { deleted: 'shown' }).transaction((tx) =>
      once(tx, [BatchCreateBranchesRequest, request], BatchCreateBranchesResponse, async () => ({
        branches: await this.insert(ctx, tx, drafts),
      })),
    );
  }

  async get(ctx: CallContext, id: string): Promise<Branch> {
    const row = await this.data.visibleTo(ctx).branch.findFirst({ where: { id } });
    if (!row) throw notFound('Branch', id);
    return toProto(row);
  }

  async list(ctx: CallContext, request: ListBranchesRequest): Promise<ListBranchesResponse> {
    const { rows, ...page } = await this.data.list(ctx, 'Branch', request, (visible, args) =>
      visible.branch.findMany(args),
    );
    return { ...page, branches: rows.map(toProto) };
  }

  async update(ctx: CallContext, wanted: Branch, fields: ReadonlySet<string>, version: number): Promise<Branch> {
    if (fields.has('timeZone')) assertTimeZone(wanted.timeZone, 'branch');
    return this.change(ctx, wanted.id, version, branchUpdated, () => changedColumns(toColumns(wanted), fields));
  }

  async delete(ctx: CallContext, id: string, version: number): Promise<Branch> {
    return this.change(ctx, id, version, branchDeleted, () => ({ deleteTime: ctx.clock() }));
  }

  async undelete(ctx: CallContext, id: string, version: number): Promise<Branch> {
    return this.change(
      ctx,
      id,
      version,
      branchUndeleted,
      ({ deleteTime }) => {
        if (!deleteTime) throw new AppError('FAILED_PRECONDITION', 'NOT_DELETED', 'The branch is not deleted.', { id });
        return { deleteTime: null };
      },
      'shown',
    );
  }

  /** Rows, events and audit of new branches, in the order of the drafts. */
  private async insert(ctx: CallContext, tx: Tx, drafts: readonly Draft<Branch>[]): Promise<Branch[]> {
    for (const { message, at } of drafts) assertTimeZone(message.timeZone, at);
    const { fresh, inOrder } = await byExternalId(drafts, async (where) =>
      (await tx.branch.findMany({ where })).map(toProto),
    );
    const rows = fresh.map(({ message }) => ({ ...newRow(ctx, message), ...toColumns(message) }));
    const made = (await tx.branch.createManyAndReturn({ data: rows })).map(toProto);
    const created = fresh.map(({ message }) => (isImport(ctx, BRANCH, message) ? branchImported : branchCreated));
    await outbox.add(tx, ...made.map((branch, index) => created[index]!(branch)));
    await audit.write(tx, BRANCH, ...made.map((after) => ({ after })));
    return inOrder(made);
  }

  /** One change of one row: the row, its event and its audit together, or why not. */
  private change(
    ctx: CallContext,
    id: string,
    version: number,
    changed: (after: Branch) => OutboxEvent,
    decide: Decision,
    deleted: 'hidden' | 'shown' = 'hidden',
  ): Promise<Branch> {
    return this.data.visibleTo(ctx, { deleted }).transaction(async (tx) => {
      const found = await tx.branch.findFirst({ where: { id } });
      if (found?.version !== version) throw await this.data.whyNot(tx, 'Branch', id, version);
      const before = toProto(found);
      const data = { ...decide(before), ...nextVersion(ctx.clock()) };
      const [row] = await tx.branch.updateManyAndReturn({ where: { id, version }, data });
      if (!row) throw await this.data.whyNot(tx, 'Branch', id, version);
      const after = toProto(row);
      await outbox.add(tx, changed(after));
      await audit.write(tx, BRANCH, { before, after });
      return after;
    });
  }
}
