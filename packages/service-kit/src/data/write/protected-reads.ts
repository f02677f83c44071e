import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { v7 as uuidv7 } from 'uuid';
import type { CallContext } from '../../access/context.js';
import { contracts } from '../../contracts/contracts.js';
import { AppError } from '../../errors/app-error.js';
import type { Sql } from '../../events/sql.js';
import { logger } from '../../telemetry/logger.js';
import { traceIdOf } from '../../telemetry/trace-context.js';
import { isSet } from './new-rows.js';

/** Where an answer holds resources with protected fields. */
interface Plan {
  /** From the answer to the resource: nothing, one message, or a list of them. */
  readonly through: DescField | undefined;
  readonly resource: string;
  readonly grouped: readonly { readonly field: DescField; readonly group: string }[];
}

const plans = new Map<DescMessage, readonly Plan[]>();
const log = logger('audit');

/**
 * Writes down that protected fields were read, before the answer leaves: one
 * row a call, with the groups and the ids of the rows. An answer in which no
 * protected field has a value writes nothing. UNAVAILABLE/AUDIT_UNAVAILABLE
 * when it cannot be written: what is not audited is not shown.
 */
export async function auditProtectedRead(sql: Sql, ctx: CallContext, desc: DescMessage, answer: object): Promise<void> {
  let known = plans.get(desc);
  if (!known) plans.set(desc, (known = plansOf(desc)));
  for (const plan of known) {
    const { groups, ids } = disclosed(plan, answer as Record<string, unknown>);
    if (ids.length > 0) await write(sql, ctx, plan.resource, groups, ids);
  }
}

function plansOf(desc: DescMessage): Plan[] {
  const own = planOf(desc, undefined);
  const within = desc.fields.map((field) => field.fieldKind !== 'map' && field.message && planOf(field.message, field));
  return [own, ...within].flatMap((plan) => plan || []);
}

function planOf(message: DescMessage, through: DescField | undefined): Plan | undefined {
  const resource = contracts.resourceOfMessage(message)?.name;
  if (resource === undefined) return undefined;
  const grouped = message.fields.flatMap((field) => {
    const { group, resource: of } = contracts.fieldRule(field);
    return group === '' ? [] : [{ field, group: of === '' || of === resource ? group : `${of}:${group}` }];
  });
  return grouped.length === 0 ? undefined : { through, resource, grouped };
}

function disclosed(
  { through, grouped }: Plan,
  answer: Readonly<Record<string, unknown>>,
): { groups: string[]; ids: string[] } {
  const held = through ? answer[through.localName] : answer;
  const groups = new Set<string>();
  const ids: string[] = [];
  for (const row of (Array.isArray(held) ? held : held ? [held] : []) as Record<string, unknown>[]) {
    let shown = false;
    for (const { field, group } of grouped) {
      if (!isSet(row[field.localName])) continue;
      groups.add(group);
      shown = true;
    }
    if (shown) ids.push(String(row['id']));
  }
  return { groups: [...groups], ids };
}

async function write(sql: Sql, ctx: CallContext, resource: string, groups: string[], ids: string[]): Promise<void> {
  try {
    await sql`
      insert into kit.audit_event (id, actor, client, resource, action, row_ids, groups, trace_id)
      values (${uuidv7()}::uuid, ${ctx.principal.subject}, ${ctx.principal.azp}, ${resource}, ${`read by ${ctx.rule.action}`}, ${ids}::uuid[],
        ${groups}::text[], ${traceIdOf(ctx.traceparent)})`;
  } catch (cause) {
    log.error({ event: 'audit.unavailable', err: cause });
    throw new AppError(
      'UNAVAILABLE',
      'AUDIT_UNAVAILABLE',
      'What you ask for may only be shown when that is written down; try again later.',
      { retryAfter: '1' },
      [],
      { cause },
    );
  }
}
