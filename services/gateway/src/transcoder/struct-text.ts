/**
 * google.protobuf.Struct from the wire to JSON text: every row of a list has
 * one, and to make it a message first costs as much as all the row's other
 * fields. Knows the plain encoding alone; whatever else is legal on the wire
 * (a Value in parts, or of no kind) is left to protobuf-es.
 */
import { ScalarType } from '@bufbuild/protobuf';
import { type Cursor, WIRE_64, WIRE_BYTES, WIRE_VARINT, delimitedEnd, scalarWriters, varint32 } from './wire.js';

const tagOf = (number: number, wireType: number): number => (number << 3) | wireType;

const STRUCT_FIELDS = tagOf(1, WIRE_BYTES);
const ENTRY_KEY = tagOf(1, WIRE_BYTES);
const ENTRY_VALUE = tagOf(2, WIRE_BYTES);
const LIST_VALUES = tagOf(1, WIRE_BYTES);
const NULL = tagOf(1, WIRE_VARINT);
const NUMBER = tagOf(2, WIRE_64);
const STRING = tagOf(3, WIRE_BYTES);
const BOOL = tagOf(4, WIRE_VARINT);
const STRUCT = tagOf(5, WIRE_BYTES);
const LIST = tagOf(6, WIRE_BYTES);

const MAX_DEPTH = 50;
const string = scalarWriters[ScalarType.STRING].text;
const boolean = scalarWriters[ScalarType.BOOL].text;

/** Text of the Struct that ends at `end`; undefined when it is not in the plain encoding. The cursor is then anywhere. */
export function plainStructText(cursor: Cursor, end: number, depth = 0): string | undefined {
  if (depth > MAX_DEPTH) return undefined;
  let json = '';
  const keys = new Set<string>();
  while (cursor.pos < end) {
    if (varint32(cursor) !== STRUCT_FIELDS) return undefined;
    const entryEnd = delimitedEnd(cursor, end);
    if (varint32(cursor) !== ENTRY_KEY) return undefined;
    const key = string(cursor, entryEnd);
    if (keys.has(key) || cursor.pos >= entryEnd || varint32(cursor) !== ENTRY_VALUE) return undefined;
    keys.add(key);
    const value = valueText(cursor, entryEnd, depth);
    if (value === undefined || cursor.pos !== entryEnd) return undefined;
    json += json === '' ? `${key}:${value}` : `,${key}:${value}`;
  }
  return `{${json}}`;
}

function listText(cursor: Cursor, end: number, depth: number): string | undefined {
  if (depth > MAX_DEPTH) return undefined;
  let json = '';
  while (cursor.pos < end) {
    if (varint32(cursor) !== LIST_VALUES) return undefined;
    const value = valueText(cursor, end, depth);
    if (value === undefined) return undefined;
    json += json === '' ? value : `,${value}`;
  }
  return `[${json}]`;
}

/** A Value that holds exactly one field. */
function valueText(cursor: Cursor, limit: number, depth: number): string | undefined {
  const end = delimitedEnd(cursor, limit);
  if (cursor.pos === end) return undefined;
  const text = kindText(cursor, varint32(cursor), end, depth);
  return cursor.pos === end ? text : undefined;
}

function kindText(cursor: Cursor, tag: number, end: number, depth: number): string | undefined {
  switch (tag) {
    case NULL:
      varint32(cursor);
      return 'null';
    case NUMBER: {
      if (cursor.pos + 8 > end) return undefined;
      const value = cursor.bytes.readDoubleLE(cursor.pos);
      cursor.pos += 8;
      return Number.isFinite(value) ? String(value) : undefined;
    }
    case STRING:
      return string(cursor, end);
    case BOOL:
      return boolean(cursor, end);
    case STRUCT:
      return plainStructText(cursor, delimitedEnd(cursor, end), depth + 1);
    case LIST:
      return listText(cursor, delimitedEnd(cursor, end), depth + 1);
    default:
      return undefined;
  }
}
