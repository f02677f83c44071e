import { empty, join, sqltag as sql, raw, type Sql as SqlText } from '@prisma/client/runtime/client';
import type { CallContext } from '../../access/context.js';
import type { DepartmentTree } from './department-tree.js';
import type { Model } from './models.js';
import { departmentIds } from './predicate.js';

/** The row predicate of reading, as SQL on an alias of the model's table; for `*.queries.ts`. */
export async function readPredicateSql(
  ctx: CallContext,
  model: Model,
  alias: string,
  tree: DepartmentTree,
): Promise<SqlText> {
  const table = raw(`"${alias}"`);
  const alive = model.softDelete ? sql`${table}.delete_time is null` : sql`true`;
  if (model.kind === 'internal') return alive;
  if (model.parent)
    throw new Error(`${model.name} is a child: join ${model.parent.model.name} and take its predicate.`);
  const scope = ctx.grants.widest(model.resource, 'read');
  if (scope === 'all') return alive;
  const { principal } = ctx;
  if (scope === undefined || model.kind === 'reference' || principal.employeeId === undefined) return sql`false`;
  const mine = await tree.withBelow(departmentIds(principal.departmentPaths));
  const wider =
    scope === 'department'
      ? sql`or ${table}.department_id = any(${mine}::uuid[])`
      : scope === 'branch'
        ? sql`or ${table}.branch_id = any(${[...principal.branchIds]}::uuid[])`
        : empty;
  return sql`${alive} and (${table}.owner_id = ${principal.employeeId}::uuid ${wider} or ${table}.id in (
    select p.row_id from kit.row_participant p
    where (p.employee_id = ${principal.employeeId}::uuid or p.department_id = any(${mine}::uuid[]))
      and 'read' = any(p.verbs) and (p.until is null or p.until > ${ctx.clock()})))`;
}

export { join, sql, type SqlText };
