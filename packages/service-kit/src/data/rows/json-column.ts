import type { InputJsonValue, JsonValue } from '@prisma/client/runtime/client';
import { absent } from '../../access/prune.js';
import { contracts } from '../../contracts/contracts.js';

/** A list of messages, or a Struct, as a jsonb column takes it. */
export function toJsonColumn(value: object): InputJsonValue {
  return value as InputJsonValue;
}

const defaults = new Map<string, object>();

/** Messages of a jsonb list. A field that the contract gained after the row was written has its default. */
export function fromJsonColumn<T>(
  { $type }: { readonly $type: string; decode(bytes: Uint8Array): T },
  value: JsonValue,
): T[] {
  const items = value as object[];
  return items.length === 0 ? [] : items.map((item) => ({ ...defaultsOf($type), ...item }) as T);
}

function defaultsOf(typeName: string): object {
  let known = defaults.get(typeName);
  if (!known) {
    known = Object.fromEntries(contracts.message(typeName).fields.map((field) => [field.localName, absent(field)]));
    defaults.set(typeName, known);
  }
  return known;
}

/** Run-time attributes of a jsonb column. */
export function fromAttributes(value: JsonValue): Record<string, unknown> {
  return value as Record<string, unknown>;
}
