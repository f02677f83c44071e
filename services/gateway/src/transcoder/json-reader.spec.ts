import { fromBinary, fromJson, type JsonValue, toJson } from '@bufbuild/protobuf';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { arbitraryJson } from '../../test/arbitrary-json.js';
import { everyKind } from '../../test/every-kind.js';
import { type Faults, type MessageReader, compileReader } from './json-reader.js';
import type { FieldGate } from './json-writer.js';

const { registry, message } = everyKind();
const reader = (gate: FieldGate = () => true): MessageReader =>
  compileReader(message, '', { gate, registry, resourceOf: () => '', maxDepth: 10 });

function read(json: unknown, gate?: FieldGate): { value: unknown; faults: Faults } {
  const faults: Faults = { unknown: [], invalid: [] };
  const bytes = reader(gate)(json, faults);
  const sound = faults.unknown.length + faults.invalid.length === 0;
  return { value: sound ? toJson(message, fromBinary(message, bytes), { registry }) : undefined, faults };
}

describe('compiled JSON reader', () => {
  it('reads what protobuf-es reads, for every kind of field', () => {
    fc.assert(
      fc.property(arbitraryJson(message), (json) => {
        // Masks keep their spelling here, so they are compared apart.
        const { aFieldmask: _, ...rest } = json;
        const text = JSON.stringify(rest);
        if (text.includes('aFieldmask')) return;
        const expected = toJson(message, fromJson(message, rest as JsonValue, { registry }), { registry });
        expect(read(rest)).toEqual({ value: expected, faults: { unknown: [], invalid: [] } });
      }),
      { numRuns: 60 },
    );
  });

  it('takes proto names and lowerCamelCase, and null as absent', () => {
    expect(read({ one_string: 'a', oneInt32: null, a_struct: { k: null } }).value).toEqual({
      oneString: 'a',
      aStruct: { k: null },
    });
  });

  it('answers an undeclared name and a hidden one alike, at every depth', () => {
    const hides: FieldGate = (field) => field.name !== 'one_bool';
    const undeclared = read({ self: { selves: [{ oneBoot: true }] } });
    const hidden = read({ self: { selves: [{ oneBool: true }] } }, hides);
    expect(hidden.faults).toEqual({
      unknown: [
        { field: 'self.selves[0].oneBool', description: 'Field "oneBool" does not exist.', reason: 'UNKNOWN_FIELD' },
      ],
      invalid: [],
    });
    expect(JSON.stringify(undeclared.faults).replaceAll('oneBoot', 'oneBool')).toBe(JSON.stringify(hidden.faults));
  });

  it.each([
    ['oneInt32', 2 ** 31],
    ['oneInt32', 1.5],
    ['oneInt32', ' 1'],
    ['oneUint32', -1],
    ['oneInt64', '9223372036854775808'],
    ['oneBool', 'true'],
    ['oneString', 5],
    ['oneString', '\ud800'],
    ['oneBytes', '***'],
    ['colour', 'COLOUR_GREEN'],
    ['aTimestamp', '2026-13-01T00:00:00Z'],
    ['manyInt32', 5],
    ['manyInt32', [null]],
    ['self', []],
  ])('refuses %s: %p with its path', (name, value) => {
    const { faults } = read({ [name]: value });
    expect(faults.unknown).toEqual([]);
    expect(faults.invalid).toHaveLength(1);
    expect(faults.invalid[0]?.reason).toBe('INVALID_JSON');
  });

  it('tells all faults at once', () => {
    const { faults } = read({
      oneInt32: 'x',
      selves: [{ oneBool: 1 }, { nothing: 1 }],
      one_string: 'a',
      oneString: 'b',
    });
    expect(faults.invalid.map(({ field }) => field)).toEqual(['one_int32', 'selves[0].one_bool', 'one_string']);
    expect(faults.unknown.map(({ field }) => field)).toEqual(['selves[1].nothing']);
  });

  it('refuses keys that reach prototypes and nesting beyond the limit', () => {
    expect(read(JSON.parse('{"__proto__":{"oneBool":true}}')).faults.unknown).toHaveLength(1);
    expect(read({ aStruct: JSON.parse('{"a":{"__proto__":1}}') }).faults.invalid[0]?.field).toBe(
      'a_struct.a.__proto__',
    );
    expect(read({ names: JSON.parse('{"constructor":"x"}') }).faults.invalid).toHaveLength(1);
    const nest = (levels: number): unknown => (levels === 0 ? {} : { self: nest(levels - 1) });
    expect(read(nest(9)).faults.invalid).toEqual([]);
    expect(read(nest(10)).faults.invalid[0]?.description).toContain('deeper than 10');
    const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)]);
    expect(read({ aStruct: { a: deep(20) } }).faults.invalid[0]?.description).toContain('deeper than 10');
  });
});
