import { type DescMessage, fromBinary, fromJson, type JsonValue, toBinary, toJson } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { arbitraryJson } from '../../test/arbitrary-json.js';
import { everyKind } from '../../test/every-kind.js';
import { type FieldGate, type MessageWriter, compileWriter } from './json-writer.js';

const { registry, message } = everyKind();
const writer = (gate: FieldGate = () => true): MessageWriter =>
  compileWriter(message, '', { gate, registry, resourceOf: () => '' });
const asEs = (desc: DescMessage, bytes: Uint8Array): unknown =>
  JSON.parse(JSON.stringify(toJson(desc, fromBinary(desc, bytes), { alwaysEmitImplicit: true, registry })));

describe('compiled JSON writer', () => {
  it('writes what protobuf-es writes, for every kind of field', () => {
    const write = writer();
    fc.assert(
      fc.property(arbitraryJson(message), (json) => {
        const bytes = toBinary(message, fromJson(message, json as JsonValue, { registry }));
        expect(JSON.parse(write(Buffer.from(bytes)))).toEqual(asEs(message, bytes));
      }),
      { numRuns: 60 },
    );
  });

  it('writes an empty message with all its implicit values', () => {
    expect(JSON.parse(writer()(Buffer.alloc(0)))).toEqual(asEs(message, new Uint8Array()));
  });

  it('merges parts of a singular message and lets the last member of a oneof win', () => {
    const part = (text: string): Uint8Array =>
      toBinary(message, fromJson(message, { oneString: text, manyInt32: [text.length] }, { registry }));
    const self = message.field.self;
    const count = message.field.choiceCount;
    const text = message.field.choiceText;
    if (!self || !count || !text) throw new Error('The test message has lost a field.');
    const bytes = new BinaryWriter()
      .tag(self.number, WireType.LengthDelimited)
      .bytes(part('a'))
      .tag(count.number, WireType.Varint)
      .int32(5)
      .tag(text.number, WireType.LengthDelimited)
      .string('last')
      .tag(self.number, WireType.LengthDelimited)
      .bytes(part('bcd'))
      .tag(3000, WireType.LengthDelimited)
      .string('of a later contract')
      .finish();
    const written = JSON.parse(writer()(Buffer.from(bytes))) as Record<string, unknown>;
    expect(written).toEqual(asEs(message, bytes));
    expect(written).toMatchObject({ self: { oneString: 'bcd', manyInt32: [1, 3] }, choiceText: 'last' });
  });

  it('leaves out what the gate hides, at every depth, and nothing else', () => {
    const hidden = new Set(['one_string', 'a_struct', 'colours']);
    const write = writer((field) => !hidden.has(field.name));
    fc.assert(
      fc.property(arbitraryJson(message), (json) => {
        const bytes = toBinary(message, fromJson(message, json as JsonValue, { registry }));
        expect(JSON.parse(write(Buffer.from(bytes)))).toEqual(
          without(asEs(message, bytes), ['oneString', 'aStruct', 'colours']),
        );
      }),
      { numRuns: 30 },
    );
  });

  it('refuses bytes that are cut short', () => {
    const bytes = Buffer.from(toBinary(message, fromJson(message, { oneString: 'whole' }, { registry })));
    expect(() => writer()(bytes.subarray(0, bytes.length - 1))).toThrow();
  });
});

function without(json: unknown, names: readonly string[]): unknown {
  if (Array.isArray(json)) return json.map((item) => without(item, names));
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).flatMap(([name, value]) =>
      names.includes(name) ? [] : [[name, name === 'names' ? value : without(value, names)]],
    ),
  );
}
