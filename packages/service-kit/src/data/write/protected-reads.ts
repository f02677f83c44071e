import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { v7 as uuidv7 } from 'uuid';
import type { CallContext } from '../../access/context.js';
import { contracts } from '../../contracts/contracts.js';
import { AppError } from '../../errors/app-error.js';
import { logger } from '../../telemetry/logger.js';
import { traceIdOf } from '../../telemetry/trace-context.js';
import { isSet } from './new-rows.js';
import type { ReadAudit } from './read-audit.js';

/** What is protected in a message, and in the messages that it is made of. */
interface Protected {
  readonly grouped: readonly { readonly field: DescField; readonly group: string }[];
  readonly parts: readonly { readonly field: DescField; readonly inside: Protected }[];
}

/** Where an answer holds resources with protected fields. */
interface Plan {
  /** From the answer to the resource: nothing, one message, or a list of them. */
  readonly through: DescField | undefined;
  readonly resource: string;
  readonly inside: Protected;
}

const plans = new Map<DescMessage, readonly Plan[]>();
const log = logger('audit');

/**
 * Writes down that protected fields were read, before the answer leaves: one
 * row a call, with the groups and the ids of the rows. An answer in which no
 * protected field has a value writes nothing. UNAVAILABLE/AUDIT_UNAVAILABLE
 * when it cannot be written: what is not audited is not shown.
 */
export async function auditProtectedRead(
  audit: ReadAudit,
  ctx: CallContext,
  desc: DescMessage,
  answer: object,
): Promise<void> {
  let known = plans.get(desc);
  if (!known) plans.set(desc, (known = plansOf(desc)));
  for (const plan of known) {
    const { groups, ids } = disclosed(plan, answer as Record<string, unknown>);
    if (ids.length > 0) await write(audit, ctx, plan.resource, groups, ids);
  }
}

function plansOf(desc: DescMessage): Plan[] {
  const own = planOf(desc, undefined);
  const within = desc.fields.map((field) => field.fieldKind !== 'map' && field.message && planOf(field.message, field));
  return [own, ...within].flatMap((plan) => plan || []);
}

function planOf(message: DescMessage, through: DescField | undefined): Plan | undefined {
  const resource = contracts.resourceOfMessage(message)?.name;
  const inside = resource === undefined ? undefined : protectedIn(message, resource, new Set());
  return resource !== undefined && inside ? { through, resource, inside } : undefined;
}

/** `seen` ends the search where a message contains itself. */
function protectedIn(message: DescMessage, resource: string, seen: ReadonlySet<DescMessage>): Protected | undefined {
  if (seen.has(message)) return undefined;
  const grouped: { field: DescField; group: string }[] = [];
  const parts: { field: DescField; inside: Protected }[] = [];
  for (const field of message.fields) {
    const { group, resource: of } = contracts.fieldRule(field);
    if (group !== '') grouped.push({ field, group: of === '' || of === resource ? group : `${of}:${group}` });
    else if (field.fieldKind !== 'map' && field.message?.typeName.startsWith('rapport.')) {
      const inside = protectedIn(field.message, resource, new Set([...seen, message]));
      if (inside) parts.push({ field, inside });
    }
  }
  return grouped.length + parts.length === 0 ? undefined : { grouped, parts };
}

function disclosed({ through, inside }: Plan, answer: Record<string, unknown>): { groups: string[]; ids: string[] } {
  const all = new Set<string>();
  const ids: string[] = [];
  for (const row of each(through ? answer[through.localName] : answer)) {
    const groups = groupsShown(inside, row);
    if (groups.length > 0) ids.push(String(row['id']));
    for (const group of groups) all.add(group);
  }
  return { groups: [...all], ids };
}

function groupsShown({ grouped, parts }: Protected, value: Readonly<Record<string, unknown>>): string[] {
  const own = grouped.filter(({ field }) => isSet(value[field.localName])).map(({ group }) => group);
  const below = parts.flatMap(({ field, inside }) =>
    each(value[field.localName]).flatMap((part) => groupsShown(inside, part)),
  );
  return [...own, ...below];
}

function each(held: unknown): Record<string, unknown>[] {
  return (Array.isArray(held) ? held : held ? [held] : []) as Record<string, unknown>[];
}

async function write(
  audit: ReadAudit,
  ctx: CallContext,
  resource: string,
  groups: string[],
  ids: string[],
): Promise<void> {
  try {
    await audit.write({
      id: uuidv7(),
      actor: ctx.principal.subject,
      client: ctx.principal.azp,
      resource,
      action: `read by ${ctx.rule.action}`,
      row_ids: ids,
      groups,
      trace_id: traceIdOf(ctx.traceparent),
    });
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
