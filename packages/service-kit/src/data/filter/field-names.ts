import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { unknownField } from '../../access/unknown-members.js';
import { AppError } from '../../errors/app-error.js';
import type { FieldRef, ValueType } from './ast.js';

/** One attribute that an administrator defined at run time. */
export interface AttributeDefinition {
  readonly key: string;
  readonly type: 'text' | 'flag' | 'decimal' | 'date' | 'instant' | 'option';
  /** `option` with several at once. */
  readonly repeated: boolean;
  readonly readable: boolean;
}

/** The names that exist: those of a message, as far as the caller may read them. */
export interface NameScope {
  readonly message: DescMessage;
  /** Whether the caller may read this field; a field that he may not read does not exist. */
  readonly readable: (field: DescField) => boolean;
  /** Attributes of the resource by key; none when absent. */
  readonly attributes?: ReadonlyMap<string, AttributeDefinition>;
}

/** The refusal of a name that does not exist, or is hidden: the same wherever it stood. */
function unknownName(name: string, where: string): AppError {
  return new AppError('INVALID_ARGUMENT', 'UNKNOWN_FIELD', 'The request names fields that do not exist.', {}, [
    unknownField(where, name),
  ]);
}

/**
 * Finds a field by its name: parts joined by points, each in snake_case or
 * lowerCamelCase. `LocalDate` and `Decimal` fields stand for their `value`.
 * Throws UNKNOWN_FIELD naming the text as given.
 */
export function resolveField(name: string, scope: NameScope, where: string): FieldRef {
  const parts = name.split('.');
  if (parts[0] === 'attributes' && parts.length > 1) return attributeField(name, scope, where);
  const fields: DescField[] = [];
  let message: DescMessage | undefined = scope.message;
  for (const part of parts) {
    const field: DescField | undefined = message?.fields.find(
      (candidate) => candidate.name === part || candidate.jsonName === part,
    );
    if (!field || !scope.readable(field)) throw unknownName(name, where);
    fields.push(field);
    message = messageOf(field);
  }
  // Spelled `close_date.value`, it is the same field as `close_date`.
  if (fields.length > 1 && valueWrapper(fields.at(-2)!) && fields.at(-1)!.name === 'value') fields.pop();
  const last = fields.at(-1)!;
  const enumeration = enumOf(last);
  return {
    path: fields.map((field) => field.name),
    fields,
    type: typeOf(last),
    repeated: fields.some((field) => field.fieldKind === 'list'),
    ...(enumeration ? { enumeration } : {}),
  };
}

function attributeField(name: string, scope: NameScope, where: string): FieldRef {
  const declared = scope.message.fields.find((field) => field.name === 'attributes');
  const key = name.slice('attributes.'.length);
  const definition = scope.attributes?.get(key);
  if (!declared || !scope.readable(declared) || !definition?.readable) throw unknownName(name, where);
  return {
    path: ['attributes'],
    fields: [declared],
    type: definition.type === 'option' ? 'text' : definition.type,
    repeated: definition.repeated,
    attribute: key,
  };
}

function messageOf(field: DescField): DescMessage | undefined {
  if (field.fieldKind === 'message') return field.message;
  return field.fieldKind === 'list' && field.listKind === 'message' ? field.message : undefined;
}

function enumOf(field: DescField): FieldRef['enumeration'] {
  if (field.fieldKind === 'enum') return field.enum;
  return field.fieldKind === 'list' && field.listKind === 'enum' ? field.enum : undefined;
}

const WELL_KNOWN: Readonly<Record<string, ValueType>> = {
  'rapport.type.v1.LocalDate': 'date',
  'rapport.type.v1.Decimal': 'decimal',
  'rapport.type.v1.Money': 'money',
  'google.protobuf.Timestamp': 'instant',
};

/** Ids are UUIDs everywhere in the contracts, and nothing else is named so. */
const ID_NAME = /(^|_)ids?$/;

function valueWrapper(field: DescField): boolean {
  const type = WELL_KNOWN[messageOf(field)?.typeName ?? ''];
  return type === 'date' || type === 'decimal';
}

function typeOf(field: DescField): ValueType {
  if (enumOf(field)) return 'enum';
  const message = messageOf(field);
  if (message) return WELL_KNOWN[message.typeName] ?? 'message';
  if (field.fieldKind === 'map') return 'message';
  if (field.parent.typeName === 'rapport.type.v1.Money' && field.name === 'amount') return 'decimal';
  switch (field.scalar) {
    case ScalarType.STRING:
      return ID_NAME.test(field.name) ? 'id' : 'text';
    case ScalarType.BOOL:
      return 'flag';
    case ScalarType.BYTES:
    case undefined:
      return 'message';
    default:
      return 'integer';
  }
}
