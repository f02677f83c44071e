import { AppError } from '../../errors/app-error.js';
import { type NameScope, resolveField } from '../filter/field-names.js';
import type { Column } from '../rows/catalogue.js';
import type { Model } from '../rows/models.js';
import { placeOf } from './columns.js';

/** One key of an order. */
export interface OrderKey {
  readonly column: Column;
  readonly direction: 'asc' | 'desc';
}

const MAX_KEYS = 5;
const TERM = /^([A-Za-z_][A-Za-z0-9_.]*)(?: +(asc|desc))?$/i;
const unsortable = (type: string): boolean => type === 'jsonb' || type.startsWith('_');

/**
 * Parses an AIP-132 order; newest first when it is empty. The id is added as
 * the last key, so that every order is total and pages cannot overlap.
 */
export function parseOrder(
  text: string,
  model: Model,
  scope: NameScope,
  columns: ReadonlyMap<string, Column>,
): OrderKey[] {
  const terms = text
    .split(',')
    .map((term) => term.trim())
    .filter((term) => term !== '');
  if (terms.length > MAX_KEYS) throw invalidOrder(`at most ${MAX_KEYS} fields`);
  const keys = terms.map((term) => parseTerm(term, model, scope, columns));
  const first = keys[0] ?? {
    column: columns.get(columns.has('createTime') ? 'createTime' : 'id')!,
    direction: 'desc' as const,
  };
  const all = keys.length === 0 ? [first] : keys;
  if (new Set(all.map(({ column }) => column.name)).size < all.length) throw invalidOrder('a field stands twice');
  if (all.some(({ column }) => column.name === 'id'))
    return all.slice(0, all.findIndex(({ column }) => column.name === 'id') + 1);
  return [...all, { column: columns.get('id')!, direction: all.at(-1)!.direction }];
}

function parseTerm(term: string, model: Model, scope: NameScope, columns: ReadonlyMap<string, Column>): OrderKey {
  const [, name, direction = 'asc'] = TERM.exec(term) ?? [];
  if (name === undefined) throw invalidOrder(`"${term}" is not a field name with asc or desc`);
  const field = resolveField(name, scope, 'order_by');
  const place = field.repeated ? undefined : placeOf(field, model, columns);
  if (place?.kind !== 'column' || unsortable(place.column.type)) throw invalidOrder(`"${name}" cannot be sorted by`);
  return { column: place.column, direction: direction.toLowerCase() as OrderKey['direction'] };
}

function invalidOrder(sentence: string): AppError {
  return new AppError('INVALID_ARGUMENT', 'INVALID_ORDER_BY', `The order is not valid: ${sentence}.`, {}, [
    { field: 'order_by', description: sentence, reason: 'INVALID_ORDER_BY' },
  ]);
}
