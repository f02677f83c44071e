import { type DescEnum, type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { FeatureSet_FieldPresence } from '@bufbuild/protobuf/wkt';
import type { Masks } from '@rapport/service-kit/access';
import { contracts } from '@rapport/service-kit/contracts';
import { commentOf } from './comments.js';
import { type Schema, constraintsOf, isRequired } from './constraints.js';

/** What a schema describes: an answer, a request's body, or the body of a PATCH, where all is optional and null clears. */
export type SchemaUse = 'output' | 'input' | 'patch';

const SUFFIX: Readonly<Record<SchemaUse, string>> = { output: '', input: 'Input', patch: 'Patch' };

const WELL_KNOWN: Readonly<Record<string, Schema>> = {
  'google.protobuf.Timestamp': { type: 'string', format: 'date-time' },
  'google.protobuf.Duration': { type: 'string', pattern: '^-?\\d+(\\.\\d{1,9})?s$' },
  'google.protobuf.FieldMask': { type: 'string' },
  'google.protobuf.Struct': { type: 'object', additionalProperties: true },
  'google.protobuf.ListValue': { type: 'array', items: {} },
  'google.protobuf.Value': {},
  'google.protobuf.Empty': { type: 'object' },
};

const LONG: Schema = { type: 'string', format: 'int64' };
const SCALARS: Readonly<Record<ScalarType, Schema>> = {
  [ScalarType.STRING]: { type: 'string' },
  [ScalarType.BYTES]: { type: 'string', contentEncoding: 'base64' },
  [ScalarType.BOOL]: { type: 'boolean' },
  [ScalarType.INT32]: { type: 'integer', format: 'int32' },
  [ScalarType.SINT32]: { type: 'integer', format: 'int32' },
  [ScalarType.SFIXED32]: { type: 'integer', format: 'int32' },
  [ScalarType.UINT32]: { type: 'integer', format: 'int64', minimum: 0 },
  [ScalarType.FIXED32]: { type: 'integer', format: 'int64', minimum: 0 },
  [ScalarType.INT64]: LONG,
  [ScalarType.UINT64]: LONG,
  [ScalarType.SINT64]: LONG,
  [ScalarType.FIXED64]: LONG,
  [ScalarType.SFIXED64]: LONG,
  [ScalarType.DOUBLE]: { type: 'number', format: 'double' },
  [ScalarType.FLOAT]: { type: 'number', format: 'float' },
};

/** Whether rights on the resource that it stands in shape the message: then it has a schema for each such resource. */
function isShapedByRights(message: DescMessage, seen = new Set<DescMessage>()): boolean {
  if (contracts.resourceOfMessage(message) !== undefined) return true;
  if (seen.has(message)) return false;
  seen.add(message);
  return message.fields.some((field) => {
    const { group, resource, importOnly } = contracts.fieldRule(field);
    const inner = field.message;
    return group !== '' || resource !== '' || importOnly || (inner !== undefined && isShapedByRights(inner, seen));
  });
}

/** The schemas of one caller: fields that he may not read do not exist, those he may not set are in no input. */
export class SchemaBuilder {
  /** For `components.schemas`, in the order of their first use. */
  readonly schemas: Record<string, Schema> = {};
  private readonly names = new Map<string, string>();

  constructor(private readonly masks: Masks) {}

  /** Refers to the schema of a message, making it on first use. */
  ref(message: DescMessage, use: SchemaUse, resource: string): Schema {
    const known = WELL_KNOWN[message.typeName];
    if (known !== undefined) return known;
    const own = contracts.resourceOfMessage(message)?.name ?? resource;
    const key = `${message.typeName} ${use} ${isShapedByRights(message) ? own : ''}`;
    const name = this.nameOf(key, `${pascal(message)}${SUFFIX[use]}`, message);
    if (this.schemas[name] === undefined) {
      this.schemas[name] = {};
      this.schemas[name] = this.object(message, use, own, () => true);
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  /** An object schema in place, of those fields that `include` takes. */
  object(message: DescMessage, use: SchemaUse, resource: string, include: (field: DescField) => boolean): Schema {
    const fields = this.fields(message, use, resource).filter(include);
    const required = fields.filter((field) => isAlwaysThere(field, use)).map((field) => field.jsonName);
    return {
      type: 'object',
      ...described(commentOf(message)),
      properties: Object.fromEntries(fields.map((field) => [field.jsonName, this.property(field, use, resource)])),
      ...(required.length === 0 ? {} : { required }),
      ...(use === 'output' ? {} : { additionalProperties: false }),
    };
  }

  /** The fields that exist for this caller in that use. */
  fields(message: DescMessage, use: SchemaUse, resource: string): DescField[] {
    if (use === 'output') return this.masks.readableFields(message, resource);
    return message.fields.filter((field) => this.isSettable(field, use, resource));
  }

  /** The schema of one value of the field, with what requests must satisfy. */
  property(field: DescField, use: SchemaUse, resource: string): Schema {
    const { references, immutable } = contracts.fieldRule(field);
    const bare = this.value(field, use === 'patch' ? 'input' : use, resource);
    const schema = use === 'output' ? bare : constrained(bare, field);
    const notes = {
      ...described(commentOf(field)),
      ...(references === '' ? {} : { 'x-references': references }),
      ...(immutable && use === 'input' ? { 'x-immutable': true } : {}),
    };
    if (use === 'patch') return { ...notes, anyOf: [schema, { type: 'null' }] };
    return { ...schema, ...notes };
  }

  private value(field: DescField, use: SchemaUse, resource: string): Schema {
    if (field.fieldKind === 'map') return { type: 'object', additionalProperties: this.single(field, use, resource) };
    const single = this.single(field, use, resource);
    return field.fieldKind === 'list' ? { type: 'array', items: single } : single;
  }

  private single(field: DescField, use: SchemaUse, resource: string): Schema {
    if (field.scalar !== undefined) return SCALARS[field.scalar];
    if (field.enum !== undefined) return this.enumRef(field.enum);
    return field.message === undefined ? {} : this.ref(field.message, use, resource);
  }

  private enumRef(desc: DescEnum): Schema {
    const name = this.nameOf(desc.typeName, pascal(desc), desc);
    this.schemas[name] ??= {
      type: 'string',
      description: [commentOf(desc), ...desc.values.map((value) => `- \`${value.name}\`: ${commentOf(value)}`)].join(
        '\n',
      ),
      enum: desc.values.map((value) => value.name),
    };
    return { $ref: `#/components/schemas/${name}` };
  }

  /** The same rule as the services': what may not be set is in no body, and what only the import sets is his alone. */
  private isSettable(field: DescField, use: SchemaUse, resource: string): boolean {
    const { grants } = this.masks;
    const { group, resource: named, importOnly, outputOnly, immutable } = contracts.fieldRule(field);
    if (outputOnly || (use === 'patch' && (immutable || importOnly))) return false;
    if (importOnly && !grants.may(resource, 'import')) return false;
    if (group === '' && named === '') return true;
    const decider = named || resource;
    return grants.readable(decider, group) && grants.writable(decider, group);
  }

  /** Short where it can be; with the service's name before it where two services have the same word. */
  private nameOf(key: string, wanted: string, desc: DescMessage | DescEnum): string {
    const known = this.names.get(key);
    if (known !== undefined) return known;
    const taken = new Set(this.names.values());
    const service = desc.file.proto.package.split('.')[1] ?? '';
    const candidates = [wanted, `${service.charAt(0).toUpperCase()}${service.slice(1)}${wanted}`];
    const name = candidates.find((candidate) => !taken.has(candidate)) ?? `${wanted}${taken.size}`;
    this.names.set(key, name);
    return name;
  }
}

/** `Phone.Purpose` of contacts is `PhonePurpose`. */
function pascal(desc: DescMessage | DescEnum): string {
  return desc.typeName.slice(desc.file.proto.package.length + 1).replaceAll('.', '');
}

/** Answers hold every field that has a default; requests only need what is required of them. */
function isAlwaysThere(field: DescField, use: SchemaUse): boolean {
  if (use === 'patch') return false;
  if (use === 'input') return isRequired(field);
  if (field.fieldKind === 'list' || field.fieldKind === 'map') return true;
  return field.presence === FeatureSet_FieldPresence.IMPLICIT;
}

function constrained(schema: Schema, field: DescField): Schema {
  const { items, ...own } = constraintsOf(field);
  if (items === undefined) return { ...schema, ...own };
  return { ...schema, ...own, items: { ...(schema.items as Schema), ...(items as Schema) } };
}

export function described(description: string): { description?: string } {
  return description === '' ? {} : { description };
}
