import type { InputJsonValue, JsonValue } from '@prisma/client/runtime/client';
import { absent } from '../../access/prune.js';
import { contracts } from '../../contracts/contracts.js';

/** A list of messages, or a Struct, as a jsonb column takes it. */
export function toJsonColumn(value: object): InputJsonValue {
  return value as InputJsonValue;
}

/** Messages of a jsonb list. A field that the contract gained after the row was written has its default. */
export function fromJsonColumn<T>({ $type }: { readonly $type: string; decode(bytes: Uint8Array): T }, value: JsonValue): T[] {
  const defaults = Object.fromEntries(contracts.message($type).fields.map((field) => [field.localName, absent(field)]));
  return (value as object[]).map((item) => ({ ...defaults, ...item }) as T);
}

/** Run-time attributes of a jsonb column. */
export function fromAttributes(value: JsonValue): Record<string, unknown> {
  return value as Record<string, unknown>;
}
