import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import fc from 'fast-check';

/** Any JSON that protobuf-es would write for the message: what a round trip must keep. */
export function arbitraryJson(message: DescMessage, depth = 0): fc.Arbitrary<Record<string, unknown>> {
  const members: Record<string, fc.Arbitrary<unknown>> = {};
  const taken = new Set<unknown>();
  for (const field of message.fields) {
    // One member of a oneof is enough: two at once have no JSON.
    if (field.oneof !== undefined && field.presence === 1 && field.oneof.fields.length > 1) {
      if (taken.has(field.oneof)) continue;
      taken.add(field.oneof);
    }
    const value = fieldJson(field, depth);
    if (value !== undefined) members[field.jsonName] = value;
  }
  return fc.record(members, { requiredKeys: [] });
}

function fieldJson(field: DescField, depth: number): fc.Arbitrary<unknown> | undefined {
  if (field.fieldKind === 'map') {
    const value = single(field, depth + 1);
    return value && fc.dictionary(mapKey(field.mapKey), value, { maxKeys: 3, noNullPrototype: true });
  }
  const value = single(field, depth);
  if (value === undefined) return undefined;
  return field.fieldKind === 'list' ? fc.array(value, { maxLength: 3 }) : value;
}

function mapKey(type: ScalarType): fc.Arbitrary<string> {
  if (type === ScalarType.STRING)
    return text().filter((key) => !['__proto__', 'constructor', 'prototype'].includes(key));
  if (type === ScalarType.BOOL) return fc.constantFrom('true', 'false');
  return fc.nat().map(String);
}

function single(field: DescField, depth: number): fc.Arbitrary<unknown> | undefined {
  if (field.scalar !== undefined) return scalar(field.scalar);
  if (field.enum !== undefined) {
    const numbers = new Map(field.enum.values.map(({ name, number }) => [number, name]));
    return fc.oneof(fc.constantFrom(...numbers.values()), fc.constant(numbers.has(77) ? 0 : 77));
  }
  return field.message === undefined || depth > 3
    ? undefined
    : (wellKnown(field.message.typeName) ?? arbitraryJson(field.message, depth + 1));
}

function wellKnown(typeName: string): fc.Arbitrary<unknown> | undefined {
  switch (typeName) {
    case 'google.protobuf.Timestamp':
      return fc
        .tuple(
          fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }),
          fc.constantFrom('', '.5', '.123', '.123456', '.123456789', '.000000001'),
        )
        .map(([seconds, fraction]) => `${new Date(seconds * 1000).toISOString().slice(0, 19)}${fraction}Z`);
    case 'google.protobuf.Duration':
      return fc.integer({ min: -1000, max: 1000 }).map((seconds) => `${seconds}s`);
    case 'google.protobuf.FieldMask':
      return fc.uniqueArray(fc.constantFrom('a', 'bC', 'd.eF')).map((paths) => paths.join(','));
    case 'google.protobuf.Struct':
      return fc
        .dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.jsonValue({ maxDepth: 2 }), {
          maxKeys: 3,
          noNullPrototype: true,
        })
        .filter((value) => !/"(__proto__|constructor|prototype)":|-0/.test(JSON.stringify(value)));
    default:
      return undefined;
  }
}

const text = (): fc.Arbitrary<string> => fc.string({ unit: 'binary', maxLength: 12 });

function scalar(type: ScalarType): fc.Arbitrary<unknown> {
  switch (type) {
    case ScalarType.STRING:
      return text();
    case ScalarType.BYTES:
      return fc.uint8Array({ maxLength: 10 }).map((bytes) => Buffer.from(bytes).toString('base64'));
    case ScalarType.BOOL:
      return fc.boolean();
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return fc.integer({ min: 0, max: 2 ** 32 - 1 });
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String);
    case ScalarType.FLOAT:
      return fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
    case ScalarType.DOUBLE:
      return fc.oneof(
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
        fc.constantFrom('NaN', 'Infinity', '-Infinity'),
      );
  }
}
