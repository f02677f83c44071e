import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import type { DescField } from '@bufbuild/protobuf';
import { type ResourceContract, contracts } from '@rapport/service-kit/contracts';
import { eventName } from '@rapport/service-kit/events';
import { readText, textField } from '../transcoder/message-fields.js';
import type { RowFacts } from './row-scope.js';

/** An event whose payload is the whole of one row. */
export interface ResourceEvent {
  /** Full name of the event's message. */
  readonly type: string;
  readonly service: string;
  readonly resource: ResourceContract;
  /** The field of the payload that holds the row. */
  readonly field: DescField;
}

/** Every event of the contracts that carries a row: a message of `*_events.proto` with one field, a resource. */
export function resourceEvents(): ReadonlyMap<string, ResourceEvent> {
  const events = new Map<string, ResourceEvent>();
  for (const type of contracts.registry) {
    if (type.kind !== 'message' || !type.file.name.endsWith('_events')) continue;
    const [field, ...others] = type.fields;
    const resource = field?.message && contracts.resourceOfMessage(field.message);
    if (field === undefined || others.length > 0 || resource === undefined) continue;
    events.set(type.typeName, { type: type.typeName, service: eventName(type.typeName).service, resource, field });
  }
  return events;
}

/** The row's bytes within the payload. */
export function rowOf(payload: Uint8Array, field: DescField): Buffer {
  const reader = new BinaryReader(payload);
  let row = Buffer.alloc(0);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === field.number && wireType === WireType.LengthDelimited) row = Buffer.from(reader.bytes());
    else reader.skip(wireType);
  }
  return row;
}

/** Reads one text of a row; empty where its message has no such field. */
export function textOf(row: Buffer, { desc }: ResourceContract, name: string): string {
  const field = textField(desc, name);
  return field === undefined ? '' : readText(row, field);
}

export function factsOf(row: Buffer, resource: ResourceContract): RowFacts {
  return {
    ownerId: textOf(row, resource, 'owner_id'),
    departmentId: textOf(row, resource, 'department_id'),
    branchId: textOf(row, resource, 'branch_id'),
  };
}
