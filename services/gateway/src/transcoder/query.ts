/**
 * Query parameters to JSON members. A parameter names a field of the request
 * that neither the path nor the body holds, in lowerCamelCase or by its proto
 * name, nested fields with dots. Parameters are text, so each is converted by
 * the kind of its field before the strict reader sees it.
 */
import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { AppError, type FieldViolation } from '@rapport/service-kit/errors';
import { unknownField } from './json-reader.js';

export type Query = Readonly<Record<string, string | readonly string[]>>;

/** Puts a member into the request at a path of fields. */
export type Put = (path: readonly DescField[], value: unknown) => void;

export interface QueryRules {
  readonly message: DescMessage;
  /** Top-level fields that the body holds: no parameter may name them. */
  readonly taken: ReadonlySet<DescField>;
  /** With the body `*` nothing is left for the query. */
  readonly closed: boolean;
}

/** Reads the whole query. Throws UNKNOWN_FIELD or INVALID_REQUEST naming every parameter at fault. */
export function readQuery(query: Query, rules: QueryRules, put: Put): void {
  const unknown: FieldViolation[] = [];
  const invalid: FieldViolation[] = [];
  const seen = new Set<string>();
  for (const name of Object.keys(query)) {
    const path = rules.closed ? undefined : resolve(rules.message, name, rules.taken);
    const field = path?.at(-1);
    if (path === undefined || field === undefined) {
      unknown.push(unknownField(name, name));
      continue;
    }
    const given = query[name];
    const values = typeof given === 'string' ? [given] : (given ?? []);
    const canonical = path.map((part) => part.name).join('.');
    if (seen.has(canonical) || (values.length > 1 && field.fieldKind !== 'list')) {
      invalid.push({ field: name, description: 'is given more than once', reason: 'DUPLICATE_PARAMETER' });
      continue;
    }
    seen.add(canonical);
    put(
      path,
      field.fieldKind === 'list'
        ? values.flatMap((value) => value.split(',')).map((value) => convert(field, value))
        : convert(field, values[0] ?? ''),
    );
  }
  refuse(unknown, invalid);
}

/** Throws what was found, names before values: a name that does not exist has no value to judge. */
export function refuse(unknown: readonly FieldViolation[], invalid: readonly FieldViolation[]): void {
  // The words are the kit's: a service that refuses a hidden name answers the same.
  if (unknown.length > 0)
    throw new AppError('INVALID_ARGUMENT', 'UNKNOWN_FIELD', 'The request names fields that do not exist.', {}, unknown);
  if (invalid.length > 0)
    throw new AppError('INVALID_ARGUMENT', 'INVALID_REQUEST', 'The request is not valid.', {}, invalid);
}

/** A field that a parameter can set: a scalar, an enum, a list of these, or a message whose JSON form is text. */
export function isParameter(field: DescField): boolean {
  if (field.fieldKind === 'scalar' || field.fieldKind === 'enum') return true;
  if (field.fieldKind === 'list') return field.listKind !== 'message';
  return field.fieldKind === 'message' && TEXT_FORMS.has(field.message.typeName);
}

const TEXT_FORMS = new Set(['google.protobuf.Timestamp', 'google.protobuf.Duration', 'google.protobuf.FieldMask']);

function resolve(message: DescMessage, name: string, taken: ReadonlySet<DescField>): DescField[] | undefined {
  const path: DescField[] = [];
  let current: DescMessage | undefined = message;
  for (const part of name.split('.')) {
    const field: DescField | undefined = current?.fields.find(
      (candidate) => candidate.jsonName === part || candidate.name === part,
    );
    if (field === undefined || taken.has(field)) return undefined;
    path.push(field);
    current = field.fieldKind === 'message' && !TEXT_FORMS.has(field.message.typeName) ? field.message : undefined;
  }
  const last = path.at(-1);
  return last !== undefined && isParameter(last) ? path : undefined;
}

/** Text as the JSON value it stands for. What does not convert stays text, and the reader names the fault. */
function convert(field: DescField, text: string): unknown {
  if (field.scalar === ScalarType.BOOL) return text === 'true' ? true : text === 'false' ? false : text;
  if (field.enum !== undefined && /^\d{1,10}$/.test(text)) return Number(text);
  return text;
}
