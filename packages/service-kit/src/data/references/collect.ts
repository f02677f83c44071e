import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { contracts } from '../../contracts/contracts.js';

/** One id in a request that refers to a row. */
export interface Reference {
  /** Resource of the row, `contacts.employee`. */
  readonly resource: string;
  readonly id: string;
  /** Path in the request, `requests[3].deal.counterparty_id`. */
  readonly path: string;
}

/** Of a message type: its fields that refer, and those to look into. */
interface Plan {
  readonly referring: readonly { readonly field: DescField; readonly resource: string }[];
  readonly nested: readonly { readonly field: DescField; readonly plan: Plan }[];
  readonly empty: boolean;
}

const plans = new Map<string, Plan>();

function planOf(message: DescMessage): Plan {
  const known = plans.get(message.typeName);
  if (known) return known;
  const referring: { field: DescField; resource: string }[] = [];
  const nested: { field: DescField; plan: Plan }[] = [];
  const plan = { referring, nested, empty: false };
  plans.set(message.typeName, plan); // before its fields: a message may contain itself
  for (const field of message.fields) {
    const { references, outputOnly } = contracts.fieldRule(field);
    if (references !== '' && !outputOnly) referring.push({ field, resource: references });
    else if (field.fieldKind !== 'map' && field.message?.typeName.startsWith('rapport.')) {
      const below = planOf(field.message);
      if (!below.empty) nested.push({ field, plan: below });
    }
  }
  plan.empty = referring.length === 0 && nested.length === 0;
  return plan;
}

/**
 * Every id in a request that a field declared `references` holds. In an update
 * only those that the mask names: the others are not written.
 */
export function collectReferences(desc: DescMessage, request: object): Reference[] {
  const plan = planOf(desc);
  if (plan.empty) return [];
  const found: Reference[] = [];
  const mask = (request as { updateMask?: readonly string[] }).updateMask;
  const written = mask && mask.length > 0 ? new Set(mask.map((path) => path.split('.')[0]!)) : undefined;
  walk(plan, request as Record<string, unknown>, '', found, written, 0);
  return found;
}

function walk(
  plan: Plan,
  value: Readonly<Record<string, unknown>>,
  at: string,
  found: Reference[],
  written: ReadonlySet<string> | undefined,
  depth: number,
): void {
  // The mask speaks of the resource's own fields, one level below the request.
  const skipped = (field: DescField): boolean =>
    depth === 1 && written !== undefined && !written.has(field.name) && !written.has(field.jsonName);
  for (const { field, resource } of plan.referring) {
    if (skipped(field)) continue;
    for (const [id, path] of each(value[field.localName], at, field)) {
      if (typeof id === 'string' && id !== '') found.push({ resource, id, path });
    }
  }
  for (const { field, plan: below } of plan.nested) {
    if (skipped(field)) continue;
    for (const [item, path] of each(value[field.localName], at, field)) {
      if (item) walk(below, item as Record<string, unknown>, path, found, written, depth + 1);
    }
  }
}

function each(held: unknown, at: string, field: DescField): [unknown, string][] {
  const path = at === '' ? field.name : `${at}.${field.name}`;
  return Array.isArray(held) ? held.map((item, index) => [item, `${path}[${index}]`]) : [[held, path]];
}
