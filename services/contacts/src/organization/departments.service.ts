import { Injectable } from '@nestjs/common';
import { Department } from '@rapport/contracts/rapport/contacts/v1/organization';
import {
  BatchCreateDepartmentsRequest,
  BatchCreateDepartmentsResponse,
  CreateDepartmentRequest,
  type ListDepartmentsRequest,
  type ListDepartmentsResponse,
} from '@rapport/contracts/rapport/contacts/v1/organization_service';
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
import type { Department as DepartmentRow, Prisma } from '../generated/prisma/client.js';
import { Data, type Tx } from '../prisma.service.js';
import { assertNoCycle, movedPaths, pathBelow, type TreeNode } from './department.js';
import {
  departmentCreated,
  departmentDeleted,
  departmentImported,
  departmentUndeleted,
  departmentUpdated,
} from './departments.events.js';
import { toColumns, toProto } from './departments.mapper.js';

export const DEPARTMENT = 'contacts.department';

/** What a change sets, decided on the row as it is now. */
type Decision = (before: Department, tx: Tx) => Promise<Prisma.DepartmentUncheckedUpdateManyInput>;

@Injectable()
export class DepartmentsService {
  constructor(private readonly data: Data) {}

  async create(ctx: CallContext, request: CreateDepartmentRequest): Promise<Department> {
    return this.data.visibleTo(ctx, { deleted: 'shown' }).transaction((tx) =>
      once(tx, [CreateDepartmentRequest, request], Department, async () => {
        const [department] = await this.insert(ctx, tx, [{ message: request.department!, at: 'department' }]);
        return department!;
      }),
    );
  }

  async createBatch(ctx: CallContext, request: BatchCreateDepartmentsRequest): Promise<BatchCreateDepartmentsResponse> {
    const drafts = request.requests.map((one, index) => ({
      message: one.department!,
      at: `requests[${index}].department`,
    }));
    return this.data.visibleTo(ctx, { deleted: 'shown' }).transaction((tx) =>
      once(tx, [BatchCreateDepartmentsRequest, request], BatchCreateDepartmentsResponse, async () => ({
        departments: await this.insert(ctx, tx, drafts),
      })),
    );
  }

  async get(ctx: CallContext, id: string): Promise<Department> {
    const row = await this.data.visibleTo(ctx).department.findFirst({ where: { id } });
    if (!row) throw notFound('Department', id);
    return toProto(row);
  }

  async list(ctx: CallContext, request: ListDepartmentsRequest): Promise<ListDepartmentsResponse> {
    const { rows, ...page } = await this.data.list(ctx, 'Department', request, (visible, args) =>
      visible.department.findMany(args),
    );
    return { ...page, departments: rows.map(toProto) };
  }

  async update(
    ctx: CallContext,
    wanted: Department,
    fields: ReadonlySet<string>,
    version: number,
  ): Promise<Department> {
    return this.change(ctx, wanted.id, version, departmentUpdated, async (before, tx) => {
      const columns = changedColumns(toColumns(wanted), fields);
      if (!fields.has('parentId') || wanted.parentId === before.parentId) return columns;
      return { ...columns, path: await this.move(ctx, tx, before, wanted.parentId) };
    });
  }

  async delete(ctx: CallContext, id: string, version: number): Promise<Department> {
    return this.change(ctx, id, version, departmentDeleted, async () => ({ deleteTime: ctx.clock() }));
  }

  async undelete(ctx: CallContext, id: string, version: number): Promise<Department> {
    return this.change(
      ctx,
      id,
      version,
      departmentUndeleted,
      async ({ deleteTime }) => {
        if (!deleteTime)
          throw new AppError('FAILED_PRECONDITION', 'NOT_DELETED', 'The department is not deleted.', { id });
        return { deleteTime: null };
      },
      'shown',
    );
  }

  /** Rows, events and audit of new departments, in the order of the drafts. */
  private async insert(ctx: CallContext, tx: Tx, drafts: readonly Draft<Department>[]): Promise<Department[]> {
    const { fresh, inOrder } = await byExternalId(drafts, async (where) =>
      (await tx.department.findMany({ where })).map(toProto),
    );
    await lock(tx, 'departments');
    const parents = await this.nodes(
      tx,
      fresh.flatMap(({ message }) => message.parentId || []),
    );
    const rows = fresh.map(({ message }) => {
      const row = newRow(ctx, message);
      return { ...row, ...toColumns(message), path: pathBelow(parents.get(message.parentId), row.id) };
    });
    const made = (await tx.department.createManyAndReturn({ data: rows })).map(toProto);
    const created = fresh.map(({ message }) =>
      isImport(ctx, DEPARTMENT, message) ? departmentImported : departmentCreated,
    );
    await outbox.add(tx, ...made.map((department, index) => created[index]!(department)));
    await audit.write(tx, DEPARTMENT, ...made.map((after) => ({ after })));
    return inOrder(made);
  }

  /** Moves what stands below a department along with it; returns the department's own new path. */
  private async move(ctx: CallContext, tx: Tx, before: Department, parentId: string): Promise<string[]> {
    await lock(tx, 'departments');
    const parent = (await this.nodes(tx, parentId === '' ? [] : [parentId])).get(parentId);
    if (parent) assertNoCycle(before.id, parent);
    const path = pathBelow(parent, before.id);
    // Deleted ones too, also those that a caller no longer sees: whoever is brought back stands where its parents stand now.
    const below = await this.data
      .everyRow(tx)
      .department.findMany({ where: { path: { has: before.id }, id: { not: before.id } } });
    const moved = new Map(movedPaths(before.path, path, below).map((node) => [node.id, node.path]));
    for (const row of below) await this.setPath(ctx, tx, row, moved.get(row.id)!);
    return path;
  }

  private async setPath(ctx: CallContext, tx: Tx, found: DepartmentRow, path: readonly string[]): Promise<void> {
    const data = { path: [...path], ...nextVersion(ctx.clock()) };
    const [row] = await this.data.consequences(tx).department.updateManyAndReturn({ where: { id: found.id }, data });
    const after = toProto(row!);
    await outbox.add(tx, departmentUpdated(after));
    await audit.write(tx, DEPARTMENT, { before: toProto(found), after });
  }

  private async nodes(tx: Tx, ids: string[]): Promise<Map<string, TreeNode>> {
    const found = await this.data
      .everyRow(tx)
      .department.findMany({ where: { id: { in: ids } }, select: { id: true, path: true } });
    return new Map(found.map((node) => [node.id, node]));
  }

  /** One change of one row: the row, its event and its audit together, or why not. */
  private async change(
    ctx: CallContext,
    id: string,
    version: number,
    changed: (after: Department) => OutboxEvent,
    decide: Decision,
    deleted: 'hidden' | 'shown' = 'hidden',
  ): Promise<Department> {
    const after = await this.data.visibleTo(ctx, { deleted }).transaction(async (tx) => {
      const found = await tx.department.findFirst({ where: { id } });
      if (found?.version !== version) throw await this.data.whyNot(tx, 'Department', id, version);
      const before = toProto(found);
      const data = { ...(await decide(before, tx)), ...nextVersion(ctx.clock()) };
      const [row] = await tx.department.updateManyAndReturn({ where: { id, version }, data });
      if (!row) throw await this.data.whyNot(tx, 'Department', id, version);
      const department = toProto(row);
      await outbox.add(tx, changed(department));
      await audit.write(tx, DEPARTMENT, { before, after: department });
      return department;
    });
    this.data.departments.invalidate(); // row scopes follow the tree
    return after;
  }
}
