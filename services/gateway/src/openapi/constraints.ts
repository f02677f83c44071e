/** protovalidate's rules, as far as JSON Schema can say them. */
import { type DescField, getOption, hasOption } from '@bufbuild/protobuf';
import { contracts } from '@rapport/service-kit/contracts';

export type Schema = Readonly<Record<string, unknown>>;

/** `buf.validate.FieldRules`, its members as the image spells them. */
interface FieldRules {
  readonly required?: boolean;
  readonly ignore?: number;
  readonly type: { readonly case?: string; readonly value?: Readonly<Record<string, unknown>> };
}

interface Choice {
  readonly case?: string;
  readonly value?: unknown;
}

const FORMATS: Readonly<Record<string, string>> = {
  uuid: 'uuid',
  email: 'email',
  hostname: 'hostname',
  ipv4: 'ipv4',
  ipv6: 'ipv6',
  uri: 'uri',
};
const IGNORE_IF_ZERO_VALUE = 1;

function rulesOf(field: DescField): FieldRules | undefined {
  const extension = contracts.registry.getExtension('buf.validate.field');
  return extension && hasOption(field, extension) ? (getOption(field, extension) as FieldRules) : undefined;
}

/** Whether a request without the field is refused. */
export function isRequired(field: DescField): boolean {
  return rulesOf(field)?.required === true || contracts.fieldRule(field).required;
}

/** What a value of the field must satisfy; of a list, with what its items must. */
export function constraintsOf(field: DescField): Schema {
  const rules = rulesOf(field);
  return rules === undefined ? {} : constraints(rules);
}

function constraints({ type, ignore }: FieldRules): Schema {
  // Only what was set: an unset member of these messages reads as its default.
  const set: Readonly<Record<string, unknown>> = { ...type.value };
  switch (type.case) {
    case 'string':
      return text(set, ignore === IGNORE_IF_ZERO_VALUE);
    case 'repeated':
      return list(set);
    case 'int32':
    case 'uint32':
    case 'double':
    case 'float':
      return range(set);
    default:
      return {};
  }
}

function text(set: Readonly<Record<string, unknown>>, mayBeEmpty: boolean): Schema {
  const { wellKnown, minLen, maxLen, pattern } = set;
  const allowed = set.in as string[] | undefined;
  const format = FORMATS[(wellKnown as Choice | undefined)?.case ?? ''];
  const schema = {
    ...(minLen === undefined ? {} : { minLength: Number(minLen) }),
    ...(maxLen === undefined ? {} : { maxLength: Number(maxLen) }),
    ...(pattern === undefined ? {} : { pattern }),
    ...(allowed === undefined || allowed.length === 0 ? {} : { enum: allowed }),
  };
  if (format === undefined) return schema;
  // An empty text stands for "none" and has no format.
  return mayBeEmpty ? { ...schema, anyOf: [{ format }, { const: '' }] } : { ...schema, format };
}

function list(set: Readonly<Record<string, unknown>>): Schema {
  const items = set.items as FieldRules | undefined;
  return {
    ...(set.minItems === undefined ? {} : { minItems: Number(set.minItems) }),
    ...(set.maxItems === undefined ? {} : { maxItems: Number(set.maxItems) }),
    ...(set.unique === true ? { uniqueItems: true } : {}),
    ...(items === undefined ? {} : { items: constraints(items) }),
  };
}

function range(set: Readonly<Record<string, unknown>>): Schema {
  const low = set.greaterThan as Choice | undefined;
  const high = set.lessThan as Choice | undefined;
  return {
    ...(low?.case === 'gte' ? { minimum: low.value } : low?.case === 'gt' ? { exclusiveMinimum: low.value } : {}),
    ...(high?.case === 'lte' ? { maximum: high.value } : high?.case === 'lt' ? { exclusiveMaximum: high.value } : {}),
  };
}
