/**
 * Path, query, headers and body of an HTTP request put together to the JSON
 * form of one request message.
 */
import type { DescField } from '@bufbuild/protobuf';
import { AppError, type FieldViolation } from '@rapport/service-kit/errors';
import type { Binding } from './bindings.js';
import { isObject, unknownField } from './json-reader.js';
import { etagRequired } from './preconditions.js';
import { type Put, type Query, readQuery, refuse } from './query.js';

export interface RequestParts {
  /** Values of the path's variables, decoded, in order. */
  readonly path: readonly string[];
  readonly query: Query;
  /** Parsed JSON; undefined without a body. */
  readonly body: unknown;
  /** Row version from `If-Match`. */
  readonly version: string | undefined;
  readonly idempotencyKey: string | undefined;
}

/** What of a binding the assembly needs, found out once. */
export interface AssemblyPlan {
  readonly binding: Binding;
  readonly etag: DescField | undefined;
  readonly requestId: DescField | undefined;
  readonly updateMask: DescField | undefined;
  readonly bodyField: DescField | undefined;
  readonly bodyTaken: ReadonlySet<DescField>;
}

type Json = Record<string, unknown>;

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,128}$/;

export function planAssembly(binding: Binding): AssemblyPlan {
  const { input } = binding.rpc;
  const named = (name: string): DescField | undefined => input.fields.find((field) => field.name === name);
  const mask = named('update_mask');
  const bodyField = typeof binding.body === 'object' ? binding.body : undefined;
  const headers = [named('request_id')].filter((field) => field !== undefined);
  return {
    binding,
    etag: named('etag'),
    requestId: named('request_id'),
    updateMask:
      mask?.fieldKind === 'message' && mask.message.typeName === 'google.protobuf.FieldMask' ? mask : undefined,
    bodyField,
    bodyTaken: new Set([
      ...(bodyField ? [bodyField] : []),
      ...binding.pathFields.flatMap(([first]) => first ?? []),
      ...headers,
    ]),
  };
}

/** Throws an AppError that names every fault it can see; what only the types can tell is left to the reader. */
export function assemble(plan: AssemblyPlan, parts: RequestParts): Json {
  const { binding } = plan;
  const root = placeBody(plan, parts.body);
  const put: Put = (path, value) => {
    container(root, path)[path.at(-1)?.name ?? ''] = value;
  };
  readQuery(parts.query, { message: binding.rpc.input, taken: plan.bodyTaken, closed: binding.body === '*' }, put);
  if (
    plan.bodyField !== undefined &&
    plan.updateMask !== undefined &&
    binding.method === 'PATCH' &&
    root.update_mask === undefined
  ) {
    root.update_mask = membersPresent(plan.bodyField, root[plan.bodyField.name], binding);
  }
  binding.pathFields.forEach((path, index) => bindPath(root, path, parts.path[index] ?? '', put));
  bindHeaders(plan, root, parts);
  return root;
}

function placeBody({ binding, bodyField }: AssemblyPlan, body: unknown): Json {
  if (binding.body === undefined) {
    if (body !== undefined) throw invalidBody(`A ${binding.method} of this address has no body.`);
    return {};
  }
  if (body === undefined && binding.body === '*') return {};
  if (!isObject(body)) throw invalidBody('The body must be a JSON object.');
  // Copied one level: members are added below, and the caller's object is his.
  return bodyField === undefined ? { ...body } : { [bodyField.name]: { ...body } };
}

function invalidBody(message: string): AppError {
  return new AppError('INVALID_ARGUMENT', 'INVALID_REQUEST', message, {}, [
    { field: 'body', description: message, reason: 'INVALID_JSON' },
  ]);
}

/** The object that holds the last field of the path, made where it is missing. */
function container(root: Json, path: readonly DescField[]): Json {
  let current = root;
  for (const field of path.slice(0, -1)) {
    const next = memberOf(current, field);
    current = current[field.name] = isObject(next) ? { ...next } : {};
  }
  return current;
}

function memberOf(json: Json, field: DescField): unknown {
  if (Object.hasOwn(json, field.name)) return json[field.name];
  return Object.hasOwn(json, field.jsonName) ? json[field.jsonName] : undefined;
}

/** The path names the row; a body that names another one is a mistake that must not be guessed away. */
function bindPath(root: Json, path: readonly DescField[], value: string, put: Put): void {
  const field = path.at(-1);
  if (field === undefined) return;
  const holder = container(root, path);
  const given = memberOf(holder, field);
  if (given !== undefined && given !== null && given !== value) {
    const name = path.map((part) => part.name).join('.');
    refuse([], [{ field: name, description: 'differs from the value in the path', reason: 'INVALID_VALUE' }]);
  }
  delete holder[field.jsonName];
  put(path, value);
}

function bindHeaders(plan: AssemblyPlan, root: Json, { version, idempotencyKey }: RequestParts): void {
  if (idempotencyKey !== undefined && plan.requestId !== undefined) {
    if (!IDEMPOTENCY_KEY.test(idempotencyKey)) {
      refuse(
        [],
        [
          {
            field: 'Idempotency-Key',
            description: 'must be 1 to 128 visible ASCII characters',
            reason: 'INVALID_HEADER',
          },
        ],
      );
    }
    root[plan.requestId.name] = idempotencyKey;
  }
  if (plan.etag === undefined) return;
  const given = memberOf(root, plan.etag);
  if (version !== undefined) {
    if (typeof given === 'string' && given !== '' && given !== version) {
      refuse([], [{ field: 'etag', description: 'differs from the header If-Match', reason: 'INVALID_VALUE' }]);
    }
    delete root[plan.etag.jsonName];
    root[plan.etag.name] = version;
  } else if (given === undefined || given === null || given === '') throw etagRequired();
}

/** Paths of the members that a PATCH holds, null ones too: those clear. Members that the path binds are no change. */
function membersPresent(bodyField: DescField, body: unknown, binding: Binding): string {
  if (!isObject(body) || bodyField.fieldKind !== 'message') return '';
  const bound = new Set(binding.pathFields.flatMap((path) => (path[0] === bodyField ? (path[1] ?? []) : [])));
  const fields = new Map(
    bodyField.message.fields.flatMap((field) => [[field.name, field] as const, [field.jsonName, field] as const]),
  );
  const paths: string[] = [];
  for (const [name, value] of Object.entries(body)) {
    const field = fields.get(name);
    // A name that does not exist is the reader's to refuse.
    if (field === undefined || bound.has(field)) continue;
    if (isStruct(field) && isObject(value)) paths.push(...structPaths(bodyField, field, value));
    else paths.push(field.name);
  }
  return paths.join(',');
}

const isStruct = (field: DescField): boolean =>
  field.fieldKind === 'message' && field.message.typeName === 'google.protobuf.Struct';

/** Attributes are changed one by one, as the declared fields that they stand for. */
function structPaths(parent: DescField, field: DescField, value: Json): string[] {
  const unknown: FieldViolation[] = [];
  const paths = Object.keys(value).map((key) => {
    if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(key))
      unknown.push(unknownField(`${field.jsonName}.${key}`, `${parent.name}.${field.name}.${key}`));
    return `${field.name}.${key}`;
  });
  refuse(unknown, []);
  return paths;
}
