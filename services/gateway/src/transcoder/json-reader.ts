/**
 * JSON to protobuf bytes, strictly, through a mask.
 *
 * A reader is compiled once per message and set of existing fields. A member
 * that the contract does not declare and one that the caller may not read take
 * the same road and give the same answer. All faults of a request are told at
 * once, each with its path; values that have the wrong JSON type are faults of
 * form (INVALID_REQUEST), rules about values are the service's duty.
 */
import {
  type DescField,
  type DescMessage,
  type JsonValue,
  type Registry,
  ScalarType,
  fromJson,
  toBinary,
} from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { FieldViolation } from '@rapport/service-kit/errors';
import type { FieldGate } from './json-writer.js';
import { type ScalarReader, scalarReaders } from './scalar-reader.js';

/** Faults found so far, and how deep the reader stands. */
export interface Faults {
  readonly unknown: FieldViolation[];
  readonly invalid: FieldViolation[];
}

export type MessageReader = (json: unknown, faults: Faults) => Uint8Array;

type Write = (value: unknown, path: string, depth: number, writer: BinaryWriter, faults: Faults) => void;
type ReadMembers = Write;

export interface ReaderOptions {
  readonly gate: FieldGate;
  readonly registry: Registry;
  readonly resourceOf: (message: DescMessage) => string;
  /** How deep objects and arrays may be nested. */
  readonly maxDepth: number;
}

interface Member {
  readonly field: DescField;
  readonly write: Write;
}

/** Keys that could reach an object's prototype in code that copies them carelessly; no contract and no attribute needs them. */
const UNSAFE_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

export const unknownField = (name: string, path: string): FieldViolation => ({
  field: path,
  description: `Field "${name}" does not exist.`,
  reason: 'UNKNOWN_FIELD',
});

const invalid = (path: string, description: string): FieldViolation => ({
  field: path,
  description,
  reason: 'INVALID_JSON',
});

export function compileReader(message: DescMessage, resource: string, options: ReaderOptions): MessageReader {
  const read = new ReaderCompiler(options).message(message, resource);
  return (json, faults) => {
    const writer = new BinaryWriter();
    read(json, '', 1, writer, faults);
    return writer.finish();
  };
}

class ReaderCompiler {
  private readonly compiled = new Map<string, { read: ReadMembers }>();

  constructor(private readonly options: ReaderOptions) {}

  message(message: DescMessage, inherited: string): ReadMembers {
    const resource = this.options.resourceOf(message) || inherited;
    const key = `${message.typeName} ${resource}`;
    const known = this.compiled.get(key);
    if (known !== undefined) return (...args) => known.read(...args);
    const entry: { read: ReadMembers } = { read: () => undefined };
    this.compiled.set(key, entry);
    entry.read = this.compile(message, resource);
    return entry.read;
  }

  private compile(message: DescMessage, resource: string): ReadMembers {
    const members = new Map<string, Member>();
    for (const field of message.fields) {
      if (!this.options.gate(field, resource)) continue;
      const member = { field, write: this.field(field, resource) };
      members.set(field.name, member).set(field.jsonName, member);
    }
    const { maxDepth } = this.options;
    return (json, path, depth, writer, faults) => readMembers(members, json, path, depth, writer, faults, maxDepth);
  }

  private field(field: DescField, resource: string): Write {
    if (field.fieldKind === 'map') return this.map(field, resource);
    if (field.fieldKind !== 'list') return this.single(field, resource, field.number);
    const item = this.single(field, resource, field.number);
    return (value, path, depth, writer, faults) => {
      if (!Array.isArray(value)) return void faults.invalid.push(invalid(path, 'must be an array'));
      value.forEach((element, index) => {
        const place = `${path}[${index}]`;
        if (element === null && !isValue(field.message)) faults.invalid.push(invalid(place, 'must not be null'));
        else item(element, place, depth + 1, writer, faults);
      });
    };
  }

  private single(
    field: { scalar?: ScalarType; enum?: DescField['enum']; message?: DescMessage },
    resource: string,
    number: number,
  ): Write {
    if (field.scalar !== undefined) return scalar(scalarReaders[field.scalar], number);
    if (field.enum !== undefined) return enumeration(field.enum, number);
    if (field.message === undefined) throw new Error('A field has no type.');
    const { message } = field;
    if (message.typeName === 'google.protobuf.FieldMask') return fieldMask(number);
    if (message.typeName.startsWith('google.protobuf.')) return wellKnown(message, number, this.options);
    const read = this.message(message, resource);
    return (value, path, depth, writer, faults) => {
      writer.tag(number, WireType.LengthDelimited).fork();
      read(value, path, depth + 1, writer, faults);
      writer.join();
    };
  }

  private map(field: DescField & { fieldKind: 'map' }, resource: string): Write {
    const key = scalarReaders[field.mapKey];
    const value = this.single(field, resource, 2);
    return (json, path, depth, writer, faults) => {
      if (!isObject(json)) return void faults.invalid.push(invalid(path, 'must be an object'));
      for (const [name, element] of Object.entries(json)) {
        const place = `${path}["${name}"]`;
        if (UNSAFE_KEYS.has(name)) faults.invalid.push(invalid(place, 'is not allowed as a key'));
        else {
          writer.tag(field.number, WireType.LengthDelimited).fork().tag(1, key.wireType);
          if (!key.write(field.mapKey === ScalarType.BOOL ? name === 'true' : name, writer))
            faults.invalid.push(invalid(place, key.expects));
          value(element, place, depth + 1, writer, faults);
          writer.join();
        }
      }
    };
  }
}

function readMembers(
  members: ReadonlyMap<string, Member>,
  json: unknown,
  path: string,
  depth: number,
  writer: BinaryWriter,
  faults: Faults,
  maxDepth: number,
): void {
  if (!isObject(json)) return void faults.invalid.push(invalid(path, 'must be an object'));
  if (depth > maxDepth)
    return void faults.invalid.push(invalid(path, `must not be nested deeper than ${maxDepth} levels`));
  const seen = new Set<DescField>();
  for (const name of Object.keys(json)) {
    const member = members.get(name);
    if (member === undefined) {
      faults.unknown.push(unknownField(name, path === '' ? name : `${path}.${name}`));
      continue;
    }
    const { field } = member;
    const place = path === '' ? field.name : `${path}.${field.name}`;
    if (seen.has(field)) faults.invalid.push(invalid(place, 'is given twice'));
    seen.add(field);
    const value = json[name];
    // Null is the same as absent, except where null is a value of its own.
    if (value === null && !(field.fieldKind === 'message' && isValue(field.message))) continue;
    member.write(value, place, depth, writer, faults);
  }
}

function scalar(reader: ScalarReader, number: number): Write {
  return (value, path, _depth, writer, faults) => {
    // The tag is written after the check: a refused request is never sent.
    writer.tag(number, reader.wireType);
    if (!reader.write(value, writer)) faults.invalid.push(invalid(path, reader.expects));
  };
}

function enumeration(desc: NonNullable<DescField['enum']>, number: number): Write {
  const numbers = new Map<unknown, number>(desc.values.map((value) => [value.name, value.number]));
  return (value, path, _depth, writer, faults) => {
    const known =
      numbers.get(value) ??
      (Number.isInteger(value) && Math.abs(value as number) < 2 ** 31 ? (value as number) : undefined);
    if (known === undefined)
      faults.invalid.push(invalid(path, `must be one of ${desc.values.map(({ name }) => name).join(', ')}`));
    else writer.tag(number, WireType.Varint).int32(known);
  };
}

/** A mask keeps its names as they are given: services take both spellings and answer with the one they were asked by. */
function fieldMask(number: number): Write {
  return (value, path, _depth, writer, faults) => {
    if (typeof value !== 'string')
      return void faults.invalid.push(invalid(path, 'must be a comma-separated list of fields'));
    writer.tag(number, WireType.LengthDelimited).fork();
    for (const name of value.split(','))
      if (name.trim() !== '') writer.tag(1, WireType.LengthDelimited).string(name.trim());
    writer.join();
  };
}

function wellKnown(message: DescMessage, number: number, { registry, maxDepth }: ReaderOptions): Write {
  const expects =
    message.typeName === 'google.protobuf.Timestamp'
      ? 'must be an RFC 3339 instant'
      : `must be a JSON form of ${message.typeName}`;
  return (value, path, depth, writer, faults) => {
    const fault = freeFormFault(value, path, depth, maxDepth);
    if (fault !== undefined) return void faults.invalid.push(fault);
    try {
      const bytes = toBinary(message, fromJson(message, value as JsonValue, { registry }));
      writer.tag(number, WireType.LengthDelimited).bytes(bytes);
    } catch {
      faults.invalid.push(invalid(path, expects));
    }
  };
}

/** Depth and key check of free-form JSON (Struct, Value): its shape has no other bound. */
function freeFormFault(value: unknown, path: string, depth: number, maxDepth: number): FieldViolation | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > maxDepth) return invalid(path, `must not be nested deeper than ${maxDepth} levels`);
  for (const [key, member] of Object.entries(value)) {
    if (UNSAFE_KEYS.has(key)) return invalid(`${path}.${key}`, 'is not allowed as a key');
    const fault = freeFormFault(member, `${path}.${key}`, depth + 1, maxDepth);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

const isValue = (message: DescMessage | undefined): boolean => message?.typeName === 'google.protobuf.Value';

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
