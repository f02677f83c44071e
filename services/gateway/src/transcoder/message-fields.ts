import { BinaryReader } from '@bufbuild/protobuf/wire';
import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { type Masks } from '@rapport/service-kit/access';
import { contracts } from '@rapport/service-kit/contracts';
import type { FieldGate } from './json-writer.js';

/** The resource that a message is; empty when it is none. */
export function resourceOf(message: DescMessage): string {
  return contracts.resourceOfMessage(message)?.name ?? '';
}

/** What of an answer the caller may read. */
export function readGate(masks: Masks): FieldGate {
  return (field, resource) => masks.of(field.parent, resource).fields.has(field.number);
}

/**
 * What of a request exists for the caller. Who may create rows without reading
 * any still names their common fields; a group that he may not read is hidden.
 */
export function nameGate({ grants }: Masks): FieldGate {
  return (field, resource) => {
    const { group, resource: named } = contracts.fieldRule(field);
    return (group === '' && named === '') || grants.readable(named || resource, group);
  };
}

/** A singular string field of the message, by its proto name. */
export function textField(message: DescMessage, name: string): DescField | undefined {
  return message.fields.find((field) => field.name === name && field.fieldKind === 'scalar');
}

/** Reads one top-level string from an encoded message; empty where it is absent. */
export function readText(bytes: Buffer, field: DescField): string {
  const reader = new BinaryReader(bytes);
  let text = '';
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === field.number) text = reader.string();
    else reader.skip(wireType);
  }
  return text;
}
