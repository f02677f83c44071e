import { Injectable, type OnModuleInit } from '@nestjs/common';
import { contracts } from '@rapport/service-kit/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Caller, accessHash, rowPredicate } from '../callers/caller.js';
import { Callers } from '../callers/callers.service.js';
import { BODY_LIMIT, HttpServer } from '../http/http-server.service.js';
import { type Binding, collectBindings } from './bindings.js';
import { readText } from './message-fields.js';
import { parsePathTemplate, toPathPattern, toRouteUrl } from './path-template.js';
import { figureEtag, matchesIfNoneMatch, resourceEtag, versionFromIfMatch } from './preconditions.js';
import type { Query } from './query.js';
import { TranscodedRoute } from './transcoded-route.js';
import { Upstreams } from './upstreams.service.js';

/** 500 rows with their texts; the services take 4 MB of protobuf, which is smaller than its JSON. */
const BATCH_BODY_LIMIT = 4 * BODY_LIMIT;
const JSON_TYPE = 'application/json; charset=utf-8';

/** Serves every `google.api.http` rule of the contracts: JSON in, gRPC, JSON out through the caller's mask. */
@Injectable()
export class Transcoder implements OnModuleInit {
  constructor(
    private readonly server: HttpServer,
    private readonly callers: Callers,
    private readonly upstreams: Upstreams,
  ) {}

  onModuleInit(): void {
    for (const binding of collectBindings(contracts.registry)) this.serve(binding);
  }

  private serve(binding: Binding): void {
    const route = new TranscodedRoute(binding);
    const upstream = this.upstreams.of(binding.rpc.parent.file.proto.package);
    this.server.route({
      method: binding.method,
      url: toRouteUrl(binding.template),
      name: binding.template.source,
      pattern: toPathPattern(parsePathTemplate(binding.template.source)),
      bodyLimit: binding.template.verb?.startsWith('batch') === true ? BATCH_BODY_LIMIT : BODY_LIMIT,
      handle: async (request, reply) => {
        // "/v1/deals/" names no deal.
        if (route.parameters.some((name) => (request.params as Record<string, string>)[name] === ''))
          return reply.callNotFound();
        const caller = await this.callers.identify(request, reply);
        const bytes = route.encode(partsOf(request, route, caller), caller.masks);
        const answer = await upstream.call(binding.grpcPath, bytes, { token: caller.token, signal: goneSignal(reply) });
        return send(route, answer, caller, request, reply);
      },
    });
  }
}

/** Aborts when the caller goes away before he has his answer: nobody needs it then. */
function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  return gone.signal;
}

function partsOf(
  request: FastifyRequest,
  route: TranscodedRoute,
  caller: Caller,
): Parameters<TranscodedRoute['encode']>[0] {
  const params = request.params as Record<string, string>;
  const key = request.headers['idempotency-key'];
  return {
    path: route.parameters.map((name) => params[name] ?? ''),
    query: request.query as Query,
    body: request.body,
    version: route.changesVersion
      ? versionFromIfMatch(request.headers['if-match'], accessHash(caller.grants))
      : undefined,
    idempotencyKey: Array.isArray(key) ? key.join(',') : key,
  };
}

function send(
  route: TranscodedRoute,
  answer: Buffer,
  caller: Caller,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const etag = etagOf(route, answer, caller, request);
  if (etag !== undefined) {
    reply.headers({
      etag,
      'cache-control': 'private, no-cache',
      vary: 'Authorization, Cookie, Accept-Language, Origin',
    });
    if (route.binding.method === 'GET' && matchesIfNoneMatch(request.headers['if-none-match'], etag))
      return reply.code(304).send();
  }
  return reply.type(JSON_TYPE).send(route.json(answer, caller.masks));
}

function etagOf(
  { freshness }: TranscodedRoute,
  answer: Buffer,
  caller: Caller,
  request: FastifyRequest,
): string | undefined {
  if (freshness.kind === 'none') return undefined;
  if (freshness.kind === 'resource') {
    const version = readText(answer, freshness.etag);
    return version === '' ? undefined : resourceEtag(version, accessHash(caller.grants));
  }
  const datasetVersion = readText(answer, freshness.datasetVersion);
  if (datasetVersion === '') return undefined;
  const { grants, principal } = caller;
  // The answer itself stands for what else decides it, above all for which day "today" is at the caller's branch.
  return figureEtag([
    datasetVersion,
    grants.hash,
    rowPredicate(principal),
    request.headers['accept-language'] ?? '',
    request.url,
    answer,
  ]);
}
