/**
 * The protobuf wire format, as far as writing JSON from it needs: varints,
 * skipping, and the text of each scalar type. Works on the bytes of an answer
 * in place; nothing is copied before it becomes text.
 */
import { ScalarType } from '@bufbuild/protobuf';

/** Where a reader stands in the bytes. */
export interface Cursor {
  readonly bytes: Buffer;
  pos: number;
}

export class WireError extends Error {}

export const WIRE_VARINT = 0;
export const WIRE_64 = 1;
export const WIRE_BYTES = 2;
export const WIRE_32 = 5;

/** A varint of at most 32 bits; higher bits of a sign-extended negative number are dropped. */
export function varint32(cursor: Cursor): number {
  const { bytes } = cursor;
  let byte = bytes[cursor.pos++] as number;
  if (byte < 0x80) return byte;
  let result = byte & 0x7f;
  for (let shift = 7; shift < 70; shift += 7) {
    byte = bytes[cursor.pos++] as number;
    if (byte === undefined) break;
    if (shift < 32) result |= (byte & 0x7f) << shift;
    if (byte < 0x80) return result;
  }
  throw new WireError('A varint has no end.');
}

function varint64(cursor: Cursor): bigint {
  const { bytes } = cursor;
  let result = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = bytes[cursor.pos++];
    if (byte === undefined) break;
    result |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return BigInt.asUintN(64, result);
  }
  throw new WireError('A varint has no end.');
}

/** The end of the length-delimited value that begins here. */
export function delimitedEnd(cursor: Cursor, limit: number): number {
  const length = varint32(cursor) >>> 0;
  const end = cursor.pos + length;
  if (end > limit) throw new WireError('A length points beyond the message.');
  return end;
}

export function skip(cursor: Cursor, wireType: number, limit: number): void {
  if (wireType === WIRE_VARINT) varint64(cursor);
  else if (wireType === WIRE_64) cursor.pos += 8;
  else if (wireType === WIRE_BYTES) cursor.pos = delimitedEnd(cursor, limit);
  else if (wireType === WIRE_32) cursor.pos += 4;
  else throw new WireError(`Wire type ${wireType} is not supported.`);
  if (cursor.pos > limit) throw new WireError('A field ends beyond the message.');
}

/** Reads one value and gives its JSON text. */
export type ScalarText = (cursor: Cursor, limit: number) => string;

export interface ScalarWriter {
  readonly wireType: number;
  readonly text: ScalarText;
  /** JSON text of the implicit value. */
  readonly zero: string;
}

const string: ScalarText = (cursor, limit) => {
  const end = delimitedEnd(cursor, limit);
  const start = cursor.pos;
  cursor.pos = end;
  return start === end ? '""' : JSON.stringify(cursor.bytes.toString('utf8', start, end));
};

const bytes: ScalarText = (cursor, limit) => {
  const end = delimitedEnd(cursor, limit);
  const start = cursor.pos;
  cursor.pos = end;
  return `"${cursor.bytes.toString('base64', start, end)}"`;
};

const fixed =
  (size: number, read: (source: Buffer, at: number) => number | bigint): ScalarText =>
  (cursor, limit) => {
    const at = cursor.pos;
    cursor.pos = at + size;
    if (cursor.pos > limit) throw new WireError('A field ends beyond the message.');
    const value = read(cursor.bytes, at);
    return typeof value === 'bigint' ? `"${value}"` : floatText(value);
  };

function floatText(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0' : String(value);
  return Number.isNaN(value) ? '"NaN"' : value > 0 ? '"Infinity"' : '"-Infinity"';
}

const zigzag32 = (value: number): number => (value >>> 1) ^ -(value & 1);
const zigzag64 = (value: bigint): bigint => BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));

const varint = (text: (cursor: Cursor) => string, zero: string): ScalarWriter => ({
  wireType: WIRE_VARINT,
  text,
  zero,
});

/** JSON text of every scalar type, as the protobuf JSON mapping writes it. */
export const scalarWriters: Readonly<Record<ScalarType, ScalarWriter>> = {
  [ScalarType.STRING]: { wireType: WIRE_BYTES, text: string, zero: '""' },
  [ScalarType.BYTES]: { wireType: WIRE_BYTES, text: bytes, zero: '""' },
  [ScalarType.BOOL]: varint((cursor) => (varint64(cursor) === 0n ? 'false' : 'true'), 'false'),
  [ScalarType.INT32]: varint((cursor) => String(varint32(cursor) | 0), '0'),
  [ScalarType.UINT32]: varint((cursor) => String(varint32(cursor) >>> 0), '0'),
  [ScalarType.SINT32]: varint((cursor) => String(zigzag32(varint32(cursor))), '0'),
  [ScalarType.INT64]: varint((cursor) => `"${BigInt.asIntN(64, varint64(cursor))}"`, '"0"'),
  [ScalarType.UINT64]: varint((cursor) => `"${varint64(cursor)}"`, '"0"'),
  [ScalarType.SINT64]: varint((cursor) => `"${zigzag64(varint64(cursor))}"`, '"0"'),
  [ScalarType.FIXED32]: { wireType: WIRE_32, text: fixed(4, (source, at) => source.readUInt32LE(at)), zero: '0' },
  [ScalarType.SFIXED32]: { wireType: WIRE_32, text: fixed(4, (source, at) => source.readInt32LE(at)), zero: '0' },
  [ScalarType.FLOAT]: { wireType: WIRE_32, text: fixed(4, (source, at) => source.readFloatLE(at)), zero: '0' },
  [ScalarType.FIXED64]: { wireType: WIRE_64, text: fixed(8, (source, at) => source.readBigUInt64LE(at)), zero: '"0"' },
  [ScalarType.SFIXED64]: { wireType: WIRE_64, text: fixed(8, (source, at) => source.readBigInt64LE(at)), zero: '"0"' },
  [ScalarType.DOUBLE]: { wireType: WIRE_64, text: fixed(8, (source, at) => source.readDoubleLE(at)), zero: '0' },
};

/** Reads a google.protobuf.Timestamp and gives its RFC 3339 text. */
export const timestampText: ScalarText = (cursor, limit) => {
  const end = delimitedEnd(cursor, limit);
  let seconds = 0;
  let nanos = 0;
  while (cursor.pos < end) {
    const tag = varint32(cursor);
    if (tag === 8) seconds = Number(BigInt.asIntN(64, varint64(cursor)));
    else if (tag === 16) nanos = varint32(cursor) | 0;
    else skip(cursor, tag & 7, end);
  }
  // Outside the years 1 to 9999 there is no RFC 3339 text.
  if (!(seconds >= -62_135_596_800 && seconds <= 253_402_300_799) || nanos < 0 || nanos > 999_999_999) {
    throw new WireError('A timestamp is out of range.');
  }
  const iso = new Date(seconds * 1000).toISOString();
  if (nanos === 0) return `"${iso.slice(0, 19)}Z"`;
  const digits = String(nanos).padStart(9, '0');
  const fraction = digits.endsWith('000000')
    ? digits.slice(0, 3)
    : digits.endsWith('000')
      ? digits.slice(0, 6)
      : digits;
  return `"${iso.slice(0, 19)}.${fraction}Z"`;
};
