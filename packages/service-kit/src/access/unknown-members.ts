import type { DescField, JsonValue } from '@bufbuild/protobuf';
import type { FieldViolation } from '../errors.js';
import { fieldNamed, type MessageMask } from './message-mask.js';

/**
 * The one wording for a name that does not exist for a caller, whether it was
 * never declared or is hidden from him. `field` is where it stood.
 */
export function unknownField(field: string, name: string): FieldViolation {
  return { field, description: `Field "${name}" does not exist.`, reason: 'UNKNOWN_FIELD' };
}

/** Members of a JSON object, at any depth, that the mask does not show. */
export function unknownMembers(mask: MessageMask, json: JsonValue, at: string): FieldViolation[] {
  if (!isObject(json)) return []; // a wrong type is told by the conversion, which also knows the right one
  return Object.entries(json).flatMap(([name, value]) => {
    const path = at === '' ? name : `${at}.${name}`;
    const field = fieldNamed(mask.desc, name);
    const below = field && mask.fields.get(field.number);
    if (field === undefined || below === undefined) return [unknownField(path, name)];
    return 'desc' in below ? inField(field, below, value, path) : [];
  });
}

function inField(field: DescField, mask: MessageMask, value: JsonValue, path: string): FieldViolation[] {
  if (field.fieldKind === 'list') {
    return Array.isArray(value) ? value.flatMap((item, index) => unknownMembers(mask, item, `${path}[${index}]`)) : [];
  }
  if (field.fieldKind === 'map') {
    return isObject(value)
      ? Object.entries(value).flatMap(([key, item]) => unknownMembers(mask, item, `${path}["${key}"]`))
      : [];
  }
  return unknownMembers(mask, value, path);
}

function isObject(json: JsonValue): json is { [name: string]: JsonValue } {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
