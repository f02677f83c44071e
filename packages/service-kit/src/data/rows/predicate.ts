import type { CallContext } from '../../access/context.js';
import type { DepartmentTree } from './department-tree.js';
import type { Model } from './models.js';

/** A condition in Prisma's form. */
export type Where = Readonly<Record<string, unknown>>;

/** No row at all. Not `OR: []`: within an AND Prisma takes that for every row. */
export const NOTHING: Where = { id: { in: [] } };
/** Every row. */
export const EVERYTHING: Where = {};

/** Deleted rows can be brought back for so long; then nobody sees them. */
export const UNDELETE_MS = 30 * 24 * 60 * 60_000;

/** Whether deleted rows are there for a query. */
export type Deleted = 'hidden' | 'shown';

/**
 * The action whose row scope a change of rows needs: the rpc's own verb, and
 * `update` for rows of another resource or those that a create touches beside.
 */
export function writeAction({ rule }: CallContext, resource: string): string {
  const verb = rule.resource === resource && !['create', 'import', 'read'].includes(rule.action);
  return verb ? rule.action : 'update';
}

/** The rows of a model on which the caller may do something. */
export async function rowPredicate(
  ctx: CallContext,
  model: Model,
  action: string,
  tree: DepartmentTree,
  deleted: Deleted,
): Promise<Where> {
  if (model.kind === 'internal') return EVERYTHING;
  if (model.parent) {
    const parent = await rowPredicate(ctx, model.parent.model, action, tree, deleted);
    return parent === EVERYTHING ? EVERYTHING : { [model.parent.through]: { is: parent } };
  }
  const [first = NOTHING, ...more] = await entitledRows(ctx, model, action, tree);
  return alive(ctx, model, more.length === 0 ? first : { OR: [first, ...more] }, deleted);
}

/**
 * The same as alternatives that are each cheaper than their union, the likely
 * one first: what the row itself says, then who participates in it.
 */
export async function rowAlternatives(
  ctx: CallContext,
  model: Model,
  action: string,
  tree: DepartmentTree,
  deleted: Deleted,
): Promise<Where[]> {
  if (model.kind !== 'owned') return [await rowPredicate(ctx, model, action, tree, deleted)];
  const alternatives = await entitledRows(ctx, model, action, tree);
  return alternatives.map((entitled) => alive(ctx, model, entitled, deleted));
}

function alive({ clock }: CallContext, model: Model, entitled: Where, deleted: Deleted): Where {
  if (entitled === NOTHING || !model.softDelete) return entitled;
  const undeleted: Where =
    deleted === 'hidden'
      ? { deleteTime: null }
      : { OR: [{ deleteTime: null }, { deleteTime: { gt: new Date(clock().getTime() - UNDELETE_MS) } }] };
  return entitled === EVERYTHING ? undeleted : { AND: [entitled, undeleted] };
}

/** Alternatives: the rows of any of them. */
async function entitledRows(ctx: CallContext, model: Model, action: string, tree: DepartmentTree): Promise<Where[]> {
  const { principal, grants } = ctx;
  const scope = grants.widest(model.resource, action);
  if (scope === undefined) return [NOTHING];
  if (scope === 'all') return [EVERYTHING];
  // A program and reference data know all or nothing.
  if (model.kind === 'reference' || principal.employeeId === undefined) return [NOTHING];
  const mine = await tree.withBelow(departmentIds(principal.departmentPaths));
  const own: Where = { ownerId: principal.employeeId };
  const participant: Where = { participants: { some: participation(ctx, action, mine) } };
  if (scope === 'department') return [{ OR: [own, { departmentId: { in: mine } }] }, participant];
  if (scope === 'branch') return [{ OR: [own, { branchId: { in: [...principal.branchIds] } }] }, participant];
  return [own, participant];
}

function participation({ principal, clock }: CallContext, verb: string, departments: readonly string[]): Where {
  return {
    AND: [
      { OR: [{ employeeId: principal.employeeId }, { departmentId: { in: departments } }] },
      { verbs: { has: verb } },
      { OR: [{ until: null }, { until: { gt: clock() } }] },
    ],
  };
}

/** The last id of a path is the department itself. */
export function departmentIds(paths: readonly string[]): string[] {
  return paths.flatMap((path) => path.split('/').filter(Boolean).at(-1) ?? []);
}
