import type { DescField, DescMessage } from '@bufbuild/protobuf';
import type { Binding } from '../transcoder/bindings.js';
import { resourceOf, textField } from '../transcoder/message-fields.js';
import { toLowerCamel } from '../transcoder/path-template.js';
import { isParameter } from '../transcoder/query.js';
import { commentOf } from './comments.js';
import { type Schema, isRequired } from './constraints.js';
import { refer } from './problem-schema.js';
import { type SchemaBuilder, described } from './schemas.js';

/** Fields that headers fill: they stand among the headers, not in bodies and queries. */
const FROM_HEADERS = new Set(['etag', 'request_id']);

/** One operation of the page, from one binding. */
export function operationOf(binding: Binding, schemas: SchemaBuilder, operationId: string): Schema {
  const { rpc, method, resource } = binding;
  const body = bodyOf(binding, schemas);
  const comment = commentOf(rpc);
  const [summary = ''] = comment.split(/(?<=\.)\s/, 1);
  return {
    operationId,
    tags: [tagOf(binding)],
    summary: summary.replaceAll('\n', ' ').replace(/\.$/, ''),
    ...described(comment),
    ...(method === 'GET' ? {} : { security: [{ bearer: [] }, { session: [], csrf: [] }] }),
    parameters: [
      ...pathParameters(binding, schemas),
      ...queryParameters(binding, schemas),
      ...headerParameters(binding),
    ],
    ...(body === undefined ? {} : { requestBody: body }),
    responses: responsesOf(binding, schemas.ref(rpc.output, 'output', resource)),
  };
}

export function tagOf({ rpc }: Binding): string {
  return rpc.parent.name.replace(/Service$/, '');
}

function pathParameters(binding: Binding, schemas: SchemaBuilder): Schema[] {
  return binding.pathFields.map((path) => {
    const field = path.at(-1) as DescField;
    const { description, ...schema } = schemas.property(field, 'input', binding.resource);
    return {
      name: toLowerCamel(path.map(({ name }) => name)),
      in: 'path',
      required: true,
      ...(description ? { description } : {}),
      schema: withoutNone(schema),
    };
  });
}

/** An id in a path is never empty, however the field treats the empty text. */
function withoutNone({ anyOf, ...schema }: Schema): Schema {
  const [first] = (anyOf as Schema[] | undefined) ?? [];
  return { ...schema, ...first };
}

function queryParameters(binding: Binding, schemas: SchemaBuilder): Schema[] {
  if (binding.body === '*') return [];
  const taken = new Set([
    ...binding.pathFields.map(([first]) => first),
    ...(binding.body === undefined ? [] : [binding.body]),
  ]);
  const { input } = binding.rpc;
  const fields = schemas
    .fields(input, 'input', binding.resource)
    .filter((field) => !taken.has(field) && !FROM_HEADERS.has(field.name));
  return fields.flatMap((field) => parameters(field, '', schemas, binding.resource));
}

function parameters(field: DescField, prefix: string, schemas: SchemaBuilder, resource: string): Schema[] {
  const name = `${prefix}${field.jsonName}`;
  if (!isParameter(field)) {
    return field.fieldKind === 'message'
      ? schemas
          .fields(field.message, 'input', resource)
          .flatMap((inner) => parameters(inner, `${name}.`, schemas, resource))
      : [];
  }
  const { description, ...schema } = schemas.property(field, 'input', resource);
  const list = field.fieldKind === 'list' ? { style: 'form', explode: true } : {};
  return [{ name, in: 'query', required: isRequired(field), ...(description ? { description } : {}), ...list, schema }];
}

function headerParameters({ rpc, method }: Binding): Schema[] {
  const has = (name: string): boolean => textField(rpc.input, name) !== undefined;
  return [
    ...(has('etag') ? [refer('parameters', 'IfMatch')] : []),
    ...(has('request_id') ? [refer('parameters', 'IdempotencyKey')] : []),
    ...(method === 'GET' && hasEtag(rpc.output) ? [refer('parameters', 'IfNoneMatch')] : []),
  ];
}

function hasEtag(message: DescMessage): boolean {
  const isResource = textField(message, 'etag') !== undefined && resourceOf(message) !== '';
  return isResource || textField(message, 'dataset_version') !== undefined;
}

function bodyOf(binding: Binding, schemas: SchemaBuilder): Schema | undefined {
  const { body, method, rpc, resource } = binding;
  if (body === undefined) return undefined;
  if (typeof body === 'object') {
    if (body.message === undefined) return undefined;
    return json(schemas.ref(body.message, method === 'PATCH' ? 'patch' : 'input', resource), true);
  }
  const inPath = new Set(binding.pathFields.map(([first]) => first));
  const include = (field: DescField): boolean => !inPath.has(field) && !FROM_HEADERS.has(field.name);
  const fields = schemas.fields(rpc.input, 'input', resource).filter(include);
  if (fields.length === 0) return undefined;
  return json(schemas.object(rpc.input, 'input', resource, include), fields.some(isRequired));
}

function json(schema: Schema, required: boolean): Schema {
  return { required, content: { 'application/json': { schema } } };
}

function responsesOf({ rpc, method, pathFields }: Binding, schema: Schema): Schema {
  const cached = hasEtag(rpc.output);
  const changes = textField(rpc.input, 'etag') !== undefined;
  return {
    '200': {
      description: commentOf(rpc.output) || 'The answer.',
      ...(cached ? { headers: { ETag: refer('headers', 'ETag') } } : {}),
      content: { 'application/json': { schema } },
    },
    ...(cached && method === 'GET' ? { '304': { description: 'What you hold is the present state.' } } : {}),
    '400': refer('responses', 'BadRequest'),
    '401': refer('responses', 'Unauthorized'),
    '403': refer('responses', 'Forbidden'),
    ...(pathFields.length > 0 ? { '404': refer('responses', 'NotFound') } : {}),
    ...(method === 'GET' ? {} : { '409': refer('responses', 'Conflict') }),
    ...(changes ? { '412': refer('responses', 'Stale'), '428': refer('responses', 'EtagRequired') } : {}),
    '429': refer('responses', 'TooManyRequests'),
    '503': refer('responses', 'Unavailable'),
  };
}
