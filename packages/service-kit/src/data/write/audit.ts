import { v7 as uuidv7 } from 'uuid';
import type { CallContext } from '../../access/context.js';
import { traceIdOf } from '../../telemetry/trace-context.js';
import { insideOf, type Transaction } from '../transaction.js';

/** One changed row: what it was and what it became, as messages. */
export interface RowChange {
  readonly before?: { readonly id: string };
  readonly after?: { readonly id: string };
}

export const audit = {
  /** Writes down who changed what, in the transaction of the change. */
  async write(tx: Transaction, resource: string, ...changes: readonly RowChange[]): Promise<void> {
    if (changes.length === 0) return;
    const { sql, ctx } = insideOf(tx);
    await sql`
      insert into kit.audit_event (id, actor, client, resource, action, row_ids, before, after, trace_id)
      select a.id, ${ctx.principal.subject}, ${ctx.principal.azp}, ${resource}, ${actionOf(ctx, resource)}, array[a.row_id],
        a.before::jsonb, a.after::jsonb, ${traceIdOf(ctx.traceparent)}
      from unnest(${changes.map(() => uuidv7())}::uuid[], ${changes.map(({ before, after }) => (after ?? before)?.id)}::uuid[],
        ${changes.map(({ before }) => json(before))}::text[], ${changes.map(({ after }) => json(after))}::text[])
        as a(id, row_id, before, after)`;
  },
};

/** Rows of another resource are changed beside: then the rpc's action would name the wrong thing. */
function actionOf({ rule }: CallContext, resource: string): string {
  return rule.resource === resource ? rule.action : `${rule.resource}:${rule.action}`;
}

function json(value: object | undefined): string | null {
  return value === undefined
    ? null
    : JSON.stringify(value, (_, member: unknown) => (typeof member === 'bigint' ? String(member) : member));
}
