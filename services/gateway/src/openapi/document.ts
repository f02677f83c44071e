import type { Masks } from '@rapport/service-kit/access';
import { contracts } from '@rapport/service-kit/contracts';
import { SESSION_COOKIE } from '../session/cookies.js';
import type { Binding } from '../transcoder/bindings.js';
import { toOpenApiPath } from '../transcoder/path-template.js';
import { commentOf } from './comments.js';
import type { Schema } from './constraints.js';
import { gatewayPaths, gatewaySchemas } from './gateway-paths.js';
import { operationOf, tagOf } from './operations.js';
import { problemResponses, problemSchema } from './problem-schema.js';
import { SchemaBuilder, described } from './schemas.js';

/**
 * The OpenAPI 3.1 page of one set of rights: rpcs that he may not call and
 * fields that he may not read are absent, as everywhere.
 */
export function openApiDocument(bindings: readonly Binding[], masks: Masks, publicUrl: string): Schema {
  const callable = bindings.filter((binding) => mayCall(binding, masks));
  const schemas = new SchemaBuilder(masks);
  const paths: Record<string, Record<string, Schema>> = {};
  const used = new Set<string>();
  for (const binding of callable) {
    const path = toOpenApiPath(binding.template);
    (paths[path] ??= {})[binding.method.toLowerCase()] = operationOf(binding, schemas, operationId(binding, used));
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Rapport',
      version: '1.0.0',
      summary: 'The customer-relationship platform, as you may use it.',
      description:
        'Made for whoever asks for it: operations that you may not call and fields that you may not read do not exist here. ' +
        'Names are lowerCamelCase; the proto names are taken too. Amounts are decimal strings.',
      license: { name: 'Proprietary', identifier: 'LicenseRef-Proprietary' },
    },
    servers: [{ url: publicUrl }],
    security: [{ bearer: [] }, { session: [] }],
    tags: tagsOf(callable),
    paths: { ...paths, ...gatewayPaths },
    components: {
      schemas: { ...schemas.schemas, ...gatewaySchemas, Problem: problemSchema },
      responses: problemResponses,
      headers: {
        ETag: {
          description: 'The version of this representation; send it back in If-Match.',
          schema: { type: 'string' },
        },
      },
      parameters: headerParameters,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'An access token of the realm.' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: SESSION_COOKIE,
          description: 'The session of a browser that logged in at /v1/session/login.',
        },
        csrf: {
          type: 'apiKey',
          in: 'header',
          name: 'X-CSRF-Token',
          description: 'The csrfToken of GET /v1/session; with every change by session.',
        },
      },
    },
  };
}

function mayCall({ grpcPath, resource, action }: Binding, masks: Masks): boolean {
  return contracts.method(grpcPath).rule.callers === 'AUTHENTICATED' || masks.grants.may(resource, action);
}

/** The rpc's name, made unique: another service's rpc of that name, or another route to the same one. */
function operationId({ rpc }: Binding, used: Set<string>): string {
  const name = `${rpc.name.charAt(0).toLowerCase()}${rpc.name.slice(1)}`;
  let id = name;
  for (let count = 2; used.has(id); count++) id = `${name}${count}`;
  used.add(id);
  return id;
}

function tagsOf(bindings: readonly Binding[]): Schema[] {
  const tags = new Map(bindings.map((binding) => [tagOf(binding), commentOf(binding.rpc.parent)]));
  tags.set('Session', 'Login of browsers, and who you are.');
  tags.set('Notifications', 'Changes as they happen.');
  return [...tags].map(([name, comment]) => ({ name, ...described(comment) }));
}

const header = (name: string, required: boolean, description: string, schema: Schema): Schema => ({
  name,
  in: 'header',
  required,
  description,
  schema,
});

const headerParameters: Readonly<Record<string, Schema>> = {
  IfMatch: header(
    'If-Match',
    true,
    'The ETag of the version that you change: without it 428, when it is not the present one 412.',
    {
      type: 'string',
    },
  ),
  IfNoneMatch: header('If-None-Match', false, 'The ETag that you hold: 304 while it is the present one.', {
    type: 'string',
  }),
  IdempotencyKey: header(
    'Idempotency-Key',
    false,
    'Names this request: sent again within 24 hours it gets the first answer.',
    {
      type: 'string',
      maxLength: 128,
    },
  ),
};
