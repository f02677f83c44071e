/**
 * Protobuf bytes to JSON text in one pass, through a mask.
 *
 * A writer is compiled once per message and set of readable fields: what may
 * not be read has no entry in the writer and is skipped on the wire, so a
 * hidden value is never decoded, not even to be thrown away. The result holds
 * what `toJson(..., {alwaysEmitImplicit: true})` of protobuf-es holds, less the
 * hidden members; the members come in the order of declaration.
 */
import {
  type DescEnum,
  type DescField,
  type DescMessage,
  type Registry,
  fromBinary,
  toJsonString,
} from '@bufbuild/protobuf';
import { FeatureSet_FieldPresence } from '@bufbuild/protobuf/wkt';
import { plainStructText } from './struct-text.js';
import {
  type Cursor,
  type ScalarText,
  WIRE_BYTES,
  WIRE_VARINT,
  WireError,
  delimitedEnd,
  scalarWriters,
  skip,
  timestampText,
  varint32,
} from './wire.js';

/** Whether a field exists for the caller; `resource` is the resource whose message it is in, empty outside of one. */
export type FieldGate = (field: DescField, resource: string) => boolean;

/** Writes the message that the bytes hold. */
export type MessageWriter = (bytes: Buffer) => string;

/** Reads the message between the cursor and the end. */
type MessageText = (cursor: Cursor, end: number) => string;

interface Slot {
  readonly index: number;
  /** `"displayName":` */
  readonly key: string;
  readonly zero: string | undefined;
  readonly wireType: number;
  readonly text: ScalarText;
  readonly list: boolean;
  readonly map: boolean;
  readonly packable: boolean;
  /** Slots of the same oneof: the last one on the wire wins. */
  readonly rivals: readonly number[];
  /** A singular message that comes twice is merged, as protobuf demands. */
  readonly message: boolean;
}

export interface WriterOptions {
  readonly gate: FieldGate;
  readonly registry: Registry;
  /** The resource that a message is, empty when it is none. */
  readonly resourceOf: (message: DescMessage) => string;
}

/** Compiles the writer of one message. `resource` is whose rights apply until a nested message is a resource itself. */
export function compileWriter(message: DescMessage, resource: string, options: WriterOptions): MessageWriter {
  const text = new WriterCompiler(options).message(message, resource);
  return (bytes) => text({ bytes, pos: 0 }, bytes.length);
}

class WriterCompiler {
  private readonly compiled = new Map<string, { text: MessageText }>();

  constructor(private readonly options: WriterOptions) {}

  message(message: DescMessage, inherited: string): MessageText {
    const resource = this.options.resourceOf(message) || inherited;
    const key = `${message.typeName} ${resource}`;
    const known = this.compiled.get(key);
    // A message that contains itself is compiled while it is being compiled.
    if (known !== undefined) return (cursor, end) => known.text(cursor, end);
    const entry: { text: MessageText } = { text: () => '' };
    this.compiled.set(key, entry);
    entry.text = this.compile(message, resource);
    return entry.text;
  }

  private compile(message: DescMessage, resource: string): MessageText {
    const fields = message.fields.filter((field) => this.options.gate(field, resource));
    const indexes = new Map(fields.map((field, index) => [field, index]));
    const byNumber: (Slot | undefined)[] = [];
    const slots = fields.map((field, index) => {
      const rivals = (field.oneof?.fields ?? []).flatMap((other) =>
        other === field ? [] : (indexes.get(other) ?? []),
      );
      return (byNumber[field.number] = this.slot(field, index, rivals, resource));
    });
    return (cursor, end) => writeMessage(cursor, end, slots, byNumber);
  }

  private slot(field: DescField, index: number, rivals: number[], resource: string): Slot {
    const base = {
      index,
      key: `${JSON.stringify(field.jsonName)}:`,
      rivals,
      list: false,
      map: false,
      packable: false,
      message: false,
    };
    if (field.fieldKind === 'map')
      return { ...base, map: true, zero: '{}', wireType: WIRE_BYTES, text: this.mapEntry(field, resource) };
    const value = this.value(field, resource);
    if (field.fieldKind === 'list') {
      return { ...base, ...value, list: true, zero: '[]', packable: value.wireType !== WIRE_BYTES, message: false };
    }
    return { ...base, ...value, zero: field.presence === IMPLICIT ? value.zero : undefined };
  }

  /** How one value of the field is written; lists and map entries repeat it. */
  private value(
    field: DescField,
    resource: string,
  ): { text: ScalarText; wireType: number; zero: string | undefined; message: boolean } {
    if (field.scalar !== undefined) return { ...scalarWriters[field.scalar], message: false };
    if (field.enum !== undefined) return { ...enumWriter(field.enum), message: false };
    return { text: this.nested(field.message, resource), wireType: WIRE_BYTES, zero: undefined, message: true };
  }

  private nested(message: DescMessage, resource: string): ScalarText {
    if (message.typeName === 'google.protobuf.Timestamp') return timestampText;
    if (message.typeName.startsWith('google.protobuf.')) return wellKnown(message, this.options.registry);
    const text = this.message(message, resource);
    return (cursor, limit) => text(cursor, delimitedEnd(cursor, limit));
  }

  private mapEntry(field: DescField & { fieldKind: 'map' }, resource: string): ScalarText {
    const key = scalarWriters[field.mapKey];
    const quoted = key.zero.startsWith('"');
    const value = this.value(field, resource);
    return (cursor, limit) => {
      const end = delimitedEnd(cursor, limit);
      let keyText = key.zero;
      let valueText = value.zero;
      while (cursor.pos < end) {
        const tag = varint32(cursor);
        if (tag >>> 3 === 1) keyText = key.text(cursor, end);
        else if (tag >>> 3 === 2) valueText = value.text(cursor, end);
        else skip(cursor, tag & 7, end);
      }
      return `${quoted ? keyText : `"${keyText}"`}:${valueText ?? '{}'}`;
    };
  }
}

/** Proto3 without `optional`. */
const IMPLICIT = FeatureSet_FieldPresence.IMPLICIT;

function writeMessage(
  cursor: Cursor,
  end: number,
  slots: readonly Slot[],
  byNumber: readonly (Slot | undefined)[],
): string {
  const values: (string | undefined)[] = new Array(slots.length);
  let starts: number[] | undefined;
  while (cursor.pos < end) {
    const tag = varint32(cursor) >>> 0;
    const wireType = tag & 7;
    const slot = byNumber[tag >>> 3];
    if (slot === undefined) {
      skip(cursor, wireType, end);
      continue;
    }
    if (slot.list && slot.packable && wireType === WIRE_BYTES) {
      values[slot.index] = packed(cursor, end, slot, values[slot.index]);
      continue;
    }
    if (wireType !== slot.wireType) {
      skip(cursor, wireType, end);
      continue;
    }
    const start = cursor.pos;
    const text = slot.text(cursor, end);
    const before = values[slot.index];
    if (slot.list || slot.map) values[slot.index] = before === undefined ? text : `${before},${text}`;
    else if (slot.message && before !== undefined)
      values[slot.index] = merged(cursor, starts?.[slot.index] ?? start, start, slot);
    else values[slot.index] = text;
    if (slot.message && !slot.list) (starts ??= [])[slot.index] ??= start;
    for (const rival of slot.rivals) values[rival] = undefined;
  }
  if (cursor.pos !== end) throw new WireError('A field ends beyond the message.');
  return assemble(slots, values);
}

function assemble(slots: readonly Slot[], values: readonly (string | undefined)[]): string {
  let json = '';
  for (let index = 0; index < slots.length; index++) {
    const slot = slots[index] as Slot;
    const value = values[index];
    if (value === undefined) {
      if (slot.zero !== undefined) json += `,${slot.key}${slot.zero}`;
    } else if (slot.list) json += `,${slot.key}[${value}]`;
    else if (slot.map) json += `,${slot.key}{${value}}`;
    else json += `,${slot.key}${value}`;
  }
  return json === '' ? '{}' : `{${json.slice(1)}}`;
}

function packed(cursor: Cursor, limit: number, slot: Slot, before: string | undefined): string | undefined {
  const end = delimitedEnd(cursor, limit);
  let json = before;
  while (cursor.pos < end) {
    const text = slot.text(cursor, end);
    json = json === undefined ? text : `${json},${text}`;
  }
  return json;
}

/** The same singular message field again: its parts in a row are the merged message. */
function merged(cursor: Cursor, first: number, second: number, slot: Slot): string {
  const part = (at: number): Buffer => {
    const place = { bytes: cursor.bytes, pos: at };
    const end = delimitedEnd(place, cursor.bytes.length);
    return cursor.bytes.subarray(place.pos, end);
  };
  const body = Buffer.concat([part(first), part(second)]);
  const length: number[] = [];
  for (let rest = body.length; ; rest >>>= 7) {
    length.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
    if (rest <= 0x7f) break;
  }
  const bytes = Buffer.concat([Buffer.from(length), body]);
  return slot.text({ bytes, pos: 0 }, bytes.length);
}

function enumWriter(desc: DescEnum): { text: ScalarText; wireType: number; zero: string } {
  if (desc.typeName === 'google.protobuf.NullValue') {
    const text = (cursor: Cursor): string => (varint32(cursor), 'null');
    return { text, wireType: WIRE_VARINT, zero: 'null' };
  }
  const names = new Map(desc.values.map((value) => [value.number, JSON.stringify(value.name)]));
  const text = (cursor: Cursor): string => {
    const number = varint32(cursor) | 0;
    return names.get(number) ?? String(number);
  };
  return { text, wireType: WIRE_VARINT, zero: names.get(0) ?? '0' };
}

/** Duration, FieldMask and the like are rare in answers, so protobuf-es writes them, and whatever is strange in a Struct. */
function wellKnown(message: DescMessage, registry: Registry): ScalarText {
  const isStruct = message.typeName === 'google.protobuf.Struct';
  return (cursor, limit) => {
    const end = delimitedEnd(cursor, limit);
    const start = cursor.pos;
    const plain = isStruct ? plainStructText(cursor, end) : undefined;
    cursor.pos = end;
    return (
      plain ??
      toJsonString(message, fromBinary(message, cursor.bytes.subarray(start, end)), {
        registry,
        alwaysEmitImplicit: true,
      })
    );
  };
}
