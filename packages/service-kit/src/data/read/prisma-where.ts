import type { CheckedFilter, FieldRef, FilterValue } from '../filter/ast.js';
import { invalidFilter } from '../filter/parse.js';
import type { Column } from '../rows/catalogue.js';
import type { Model } from '../rows/models.js';
import { NOTHING, type Where } from '../rows/predicate.js';
import { type Place, placeOf } from './columns.js';

type Leaf = Exclude<CheckedFilter, { kind: 'and' | 'or' }>;

/** A checked filter as Prisma's `where` on a model. */
export function prismaWhere(filter: CheckedFilter, model: Model, columns: ReadonlyMap<string, Column>): Where {
  if (filter.kind === 'and') return { AND: filter.terms.map((term) => prismaWhere(term, model, columns)) };
  if (filter.kind === 'or') return { OR: filter.terms.map((term) => prismaWhere(term, model, columns)) };
  const place = placeOf(filter.field, model, columns);
  if (!place) throw invalidFilter(`"${filter.field.path.join('.')}" cannot be used in a filter`, 0);
  const condition = filter.kind === 'present' ? present(filter.field, place, columns) : compare(filter, place);
  return filter.negated ? negate(condition, place) : condition;
}

/** SQL's three-valued logic would drop the rows where the column is null. */
function negate(condition: Where, place: Place): Where {
  if (place.kind !== 'column' || !place.column.nullable || place.column.type.startsWith('_')) return { NOT: condition };
  return { OR: [{ NOT: condition }, { [place.column.name]: null }] };
}

function present(field: FieldRef, place: Place, columns: ReadonlyMap<string, Column>): Where {
  if (place.kind === 'child') return { [place.relation]: { some: {} } };
  if (place.kind === 'attribute') return { NOT: { attributes: { path: [place.key], equals: null } } };
  const { name, type, nullable } = place.column;
  if (place.kind === 'json-list') return { NOT: { [name]: { equals: [] } } };
  if (type.startsWith('_')) return { [name]: { isEmpty: false } };
  if (nullable) return { [name]: { not: null } };
  if (type === 'jsonb') return { NOT: { OR: [{ [name]: { equals: [] } }, { [name]: { equals: {} } }] } };
  if (field.enumeration) return { [name]: { not: field.enumeration.values[0]?.name ?? '' } };
  if (type === 'text' || type === 'bpchar') return { [name]: { not: '' } };
  return columns.has(name) ? {} : NOTHING;
}

function compare(leaf: Leaf & { kind: 'compare' }, place: Place): Where {
  const { operator, value } = leaf;
  if (place.kind === 'attribute') return { attributes: { path: [place.key], ...jsonComparison(leaf) } };
  if (place.kind === 'child') return { [place.relation]: { some: { [place.member]: scalar(value, '=') } } };
  if (place.kind === 'json-list') return { [place.column.name]: { array_contains: [{ [place.member]: value.value }] } };
  const { name, type } = place.column;
  if (type.startsWith('_')) return { [name]: { has: value.value } };
  return { [name]: scalar(value, operator) };
}

const COMPARISONS = { '=': 'equals', '<': 'lt', '<=': 'lte', '>': 'gt', '>=': 'gte' } as const;

function scalar(value: FilterValue, operator: (Leaf & { kind: 'compare' })['operator']): object {
  if (value.type === 'text') return text(value, operator);
  const operand = value.type === 'date' ? new Date(`${value.value}T00:00:00Z`) : value.value;
  return { [operator === 'has' ? 'equals' : COMPARISONS[operator]]: operand };
}

function text(value: FilterValue & { type: 'text' }, operator: (Leaf & { kind: 'compare' })['operator']): object {
  const { leadingStar, trailingStar } = value;
  const pattern = escapeLike(value.value);
  if (operator === 'has' || (operator === '=' && leadingStar && trailingStar))
    return { contains: pattern, mode: 'insensitive' };
  if (operator === '=' && trailingStar) return { startsWith: pattern, mode: 'insensitive' };
  if (operator === '=' && leadingStar) return { endsWith: pattern, mode: 'insensitive' };
  return { [COMPARISONS[operator]]: value.value };
}

/** Prisma hands `%` and `_` on to LIKE as they are. */
function escapeLike(value: string): string {
  return value.replaceAll(/[\\%_]/g, (character) => `\\${character}`);
}

function jsonComparison({ operator, value, field }: Leaf & { kind: 'compare' }): object {
  if (field.repeated) return { array_contains: [value.value] };
  if (value.type === 'text' && operator === 'has')
    return { string_contains: escapeLike(value.value), mode: 'insensitive' };
  const operand = value.type === 'instant' ? value.value.toISOString() : value.value;
  return { [operator === 'has' ? 'equals' : COMPARISONS[operator]]: operand };
}
