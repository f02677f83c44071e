import { create, fromBinary, fromJson, type JsonObject, toBinary, toJson } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { ListValueSchema, StructSchema, ValueSchema } from '@bufbuild/protobuf/wkt';
import fc from 'fast-check';
import { plainStructText } from './struct-text.js';

const textOf = (bytes: Uint8Array): string | undefined =>
  plainStructText({ bytes: Buffer.from(bytes), pos: 0 }, bytes.length);

describe('plainStructText', () => {
  it('writes what protobuf-es writes', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), (json) => {
        const bytes = toBinary(StructSchema, fromJson(StructSchema, json as JsonObject));
        expect(JSON.parse(textOf(bytes) ?? '')).toEqual(JSON.parse(JSON.stringify(asEs(bytes))));
      }),
    );
  });

  it('leaves to protobuf-es what is in parts, of no kind, endless, or no JSON number', () => {
    const value = (fields: Uint8Array): Uint8Array => entry('a', fields);
    const number = (n: number): Uint8Array =>
      toBinary(ValueSchema, create(ValueSchema, { kind: { case: 'numberValue', value: n } }));
    expect(textOf(value(new Uint8Array()))).toBeUndefined();
    expect(textOf(value(Buffer.concat([number(1), number(2)])))).toBeUndefined();
    expect(textOf(value(number(Number.NaN)))).toBeUndefined();
    expect(textOf(Buffer.concat([value(number(1)), value(number(2))]))).toBeUndefined();
    let deep = toBinary(ListValueSchema, create(ListValueSchema));
    for (let level = 0; level < 60; level += 1) {
      const inside = new BinaryWriter().tag(6, WireType.LengthDelimited).bytes(deep).finish();
      deep = new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(inside).finish();
    }
    expect(textOf(value(new BinaryWriter().tag(6, WireType.LengthDelimited).bytes(deep).finish()))).toBeUndefined();
  });

  it('never reads beyond its end', () => {
    const bytes = entry(
      'key',
      toBinary(ValueSchema, create(ValueSchema, { kind: { case: 'stringValue', value: 'v' } })),
    );
    for (let length = 1; length < bytes.length; length += 1) {
      const cut = bytes.subarray(0, length);
      expect(() => {
        if (textOf(cut) !== undefined) throw new Error('It read a value that is not there.');
        throw new Error('left to protobuf-es');
      }).toThrow(/beyond|no end|left to/);
    }
  });
});

const asEs = (bytes: Uint8Array): unknown => toJson(StructSchema, fromBinary(StructSchema, bytes));

function entry(key: string, value: Uint8Array): Uint8Array {
  const inside = new BinaryWriter()
    .tag(1, WireType.LengthDelimited)
    .string(key)
    .tag(2, WireType.LengthDelimited)
    .bytes(value)
    .finish();
  return new BinaryWriter().tag(1, WireType.LengthDelimited).bytes(inside).finish();
}
