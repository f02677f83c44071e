import { ScalarType } from '@bufbuild/protobuf';
import { type BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** Writes a JSON value as one protobuf scalar, or says that it is none. */
export interface ScalarReader {
  readonly wireType: WireType;
  /** The rest of the sentence "<field> ...". */
  readonly expects: string;
  write(value: unknown, writer: BinaryWriter): boolean;
}

const WHOLE = /^-?(0|[1-9]\d*)$/;
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** A whole number as JSON writes one: a number, or a string for what a double cannot hold. */
function whole(value: unknown): bigint | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : undefined;
  return typeof value === 'string' && WHOLE.test(value) ? BigInt(value) : undefined;
}

function float(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (value === 'NaN') return Number.NaN;
  if (value === 'Infinity') return Number.POSITIVE_INFINITY;
  if (value === '-Infinity') return Number.NEGATIVE_INFINITY;
  return typeof value === 'string' && NUMBER.test(value) ? Number(value) : undefined;
}

function integer(
  bits: 32 | 64,
  signed: boolean,
  wireType: WireType,
  put: (writer: BinaryWriter, value: bigint) => void,
): ScalarReader {
  const min = signed ? -(1n << BigInt(bits - 1)) : 0n;
  const max = signed ? (1n << BigInt(bits - 1)) - 1n : (1n << BigInt(bits)) - 1n;
  return {
    wireType,
    expects: `must be a whole number from ${min} to ${max}`,
    write(value, writer) {
      const number = whole(value);
      if (number === undefined || number < min || number > max) return false;
      put(writer, number);
      return true;
    },
  };
}

function decimal(wireType: WireType, max: number, put: (writer: BinaryWriter, value: number) => void): ScalarReader {
  return {
    wireType,
    expects: 'must be a number',
    write(value, writer) {
      const number = float(value);
      if (number === undefined || (Number.isFinite(number) && Math.abs(number) > max)) return false;
      put(writer, number);
      return true;
    },
  };
}

const FLOAT_MAX = 3.4028234663852886e38;

/** How each scalar type is read, by the protobuf JSON mapping. */
export const scalarReaders: Readonly<Record<ScalarType, ScalarReader>> = {
  [ScalarType.STRING]: {
    wireType: WireType.LengthDelimited,
    expects: 'must be a string',
    write(value, writer) {
      // A lone surrogate has no UTF-8 form.
      if (typeof value !== 'string' || !value.isWellFormed()) return false;
      writer.string(value);
      return true;
    },
  },
  [ScalarType.BYTES]: {
    wireType: WireType.LengthDelimited,
    expects: 'must be base64',
    write(value, writer) {
      if (typeof value !== 'string' || !BASE64.test(value)) return false;
      writer.bytes(Buffer.from(value, 'base64'));
      return true;
    },
  },
  [ScalarType.BOOL]: {
    wireType: WireType.Varint,
    expects: 'must be true or false',
    write(value, writer) {
      if (typeof value !== 'boolean') return false;
      writer.bool(value);
      return true;
    },
  },
  [ScalarType.INT32]: integer(32, true, WireType.Varint, (writer, value) => writer.int32(Number(value))),
  [ScalarType.UINT32]: integer(32, false, WireType.Varint, (writer, value) => writer.uint32(Number(value))),
  [ScalarType.SINT32]: integer(32, true, WireType.Varint, (writer, value) => writer.sint32(Number(value))),
  [ScalarType.FIXED32]: integer(32, false, WireType.Bit32, (writer, value) => writer.fixed32(Number(value))),
  [ScalarType.SFIXED32]: integer(32, true, WireType.Bit32, (writer, value) => writer.sfixed32(Number(value))),
  [ScalarType.INT64]: integer(64, true, WireType.Varint, (writer, value) => writer.int64(value)),
  [ScalarType.UINT64]: integer(64, false, WireType.Varint, (writer, value) => writer.uint64(value)),
  [ScalarType.SINT64]: integer(64, true, WireType.Varint, (writer, value) => writer.sint64(value)),
  [ScalarType.FIXED64]: integer(64, false, WireType.Bit64, (writer, value) => writer.fixed64(value)),
  [ScalarType.SFIXED64]: integer(64, true, WireType.Bit64, (writer, value) => writer.sfixed64(value)),
  [ScalarType.FLOAT]: decimal(WireType.Bit32, FLOAT_MAX, (writer, value) => writer.float(value)),
  [ScalarType.DOUBLE]: decimal(WireType.Bit64, Number.MAX_VALUE, (writer, value) => writer.double(value)),
};
