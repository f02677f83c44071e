import type { FieldRef } from '../filter/ast.js';
import { camelCase, type Column } from '../rows/catalogue.js';
import type { Model } from '../rows/models.js';

/** Where a field of a message lives in the database. */
export type Place =
  | { readonly kind: 'column'; readonly column: Column }
  /** A column of rows below this one; without a member, the rows themselves. */
  | { readonly kind: 'child'; readonly relation: string; readonly member: string }
  /** A member of the objects in a jsonb list. */
  | { readonly kind: 'json-list'; readonly column: Column; readonly member: string }
  /** A run-time attribute in the jsonb column `attributes`. */
  | { readonly kind: 'attribute'; readonly key: string };

/**
 * Finds the column of a field by the one convention: a column is named as its
 * field; Money is `<name>` and `<name>Currency`, an external id
 * `externalSource` and `externalKey`.
 */
export function placeOf(field: FieldRef, model: Model, columns: ReadonlyMap<string, Column>): Place | undefined {
  if (field.attribute !== undefined) return { kind: 'attribute', key: field.attribute };
  const [first = '', second] = field.path;
  const head = camelCase(first);
  const named = (name: string): Place | undefined => {
    const column = columns.get(name);
    return column && { kind: 'column', column };
  };
  if (second === undefined && model.children.has(head)) return { kind: 'child', relation: head, member: '' };
  if (second === undefined)
    return named(head) ?? (field.type === 'message' && head === 'externalId' ? named('externalSource') : undefined);
  if (field.path.length > 2) return undefined;
  const holder = field.fields[0]!;
  const holderType = holder.fieldKind === 'message' ? holder.message.typeName : '';
  if (holderType === 'rapport.type.v1.Money') return named(second === 'amount' ? head : `${head}Currency`);
  if (holderType === 'rapport.type.v1.ExternalId') return named(second === 'source' ? 'externalSource' : 'externalKey');
  if (holder.fieldKind !== 'list') return undefined;
  if (model.children.has(head)) return { kind: 'child', relation: head, member: camelCase(second) };
  const column = columns.get(head);
  return column?.type === 'jsonb' ? { kind: 'json-list', column, member: camelCase(second) } : undefined;
}
