import type { Column } from './catalogue.js';
import type { Model } from './models.js';

const LOGIC = new Set(['AND', 'OR', 'NOT']);
/** Operations on a relation inside `where`. */
const QUANTIFIERS = ['some', 'every', 'none', 'is', 'isNot'];

/** What refuses a query: a fault of the program, never of its caller. */
class NestedAccess extends Error {
  override readonly name = 'NestedAccess';

  constructor(model: Model, relation: string) {
    super(
      `${model.name}.${relation} leads to rows with rights of their own: query them through visibleTo(ctx), with their own predicate.`,
    );
  }
}

/**
 * Refuses a query that would reach other rows than the model's own without
 * their predicate. Its children are reached freely, because they share it.
 */
export function refuseNested(model: Model, columns: ReadonlyMap<string, Column>, args: Record<string, unknown>): void {
  for (const part of ['include', 'select', 'orderBy', 'data'] as const) {
    for (const value of listOf(args[part])) checkMembers(model, columns, value, part);
  }
  checkWhere(model, columns, args['where']);
}

function checkMembers(model: Model, columns: ReadonlyMap<string, Column>, value: unknown, part: string): void {
  for (const [name, inner] of Object.entries((value ?? {}) as Record<string, unknown>)) {
    if (columns.has(name) || inner === false || inner === undefined) continue;
    const child = model.children.get(name);
    if (!child) throw new NestedAccess(model, name);
    // Of children, only whole rows and their own columns: nothing that leads further.
    if (part === 'data' || inner === true) continue;
    for (const key of ['include', 'select'] as const) {
      for (const [further, wanted] of Object.entries((inner as Record<string, unknown>)[key] ?? {})) {
        if (wanted && typeof wanted === 'object') throw new NestedAccess(child, further);
        if (key === 'include' && wanted) throw new NestedAccess(child, further);
      }
    }
  }
}

function checkWhere(model: Model, columns: ReadonlyMap<string, Column>, where: unknown): void {
  for (const condition of listOf(where)) {
    for (const [name, inner] of Object.entries(condition as Record<string, unknown>)) {
      if (LOGIC.has(name)) checkWhere(model, columns, inner);
      else if (!columns.has(name) && !isCompoundKey(name, columns)) {
        const child = model.children.get(name);
        if (!child || !leadsNoFurther(inner)) throw new NestedAccess(model, name);
      }
    }
  }
}

/** `externalSource_externalKey`, as findUnique spells a key of several columns. */
function isCompoundKey(name: string, columns: ReadonlyMap<string, Column>): boolean {
  return name.includes('_') && name.split('_').every((part) => columns.has(part));
}

function leadsNoFurther(relation: unknown): boolean {
  return Object.entries((relation ?? {}) as Record<string, Record<string, unknown>>).every(
    ([quantifier, condition]) =>
      QUANTIFIERS.includes(quantifier) &&
      Object.values(condition).every(
        (value) =>
          typeof value !== 'object' || value === null || !Object.keys(value).some((key) => QUANTIFIERS.includes(key)),
      ),
  );
}

function listOf(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}
