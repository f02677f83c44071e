import cors from '@fastify/cors';
import { AppError } from '@rapport/service-kit/errors';
import {
  ATTRIBUTES,
  currentTraceparent,
  logger,
  newTraceparent,
  runWithTraceparent,
  withSpan,
} from '@rapport/service-kit/telemetry';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import type { GatewayConfig } from '../config.js';
import { parseJsonBody } from './json-body.js';
import { sendProblem } from './problem-reply.js';
import { securityHeaders } from './security-headers.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** W3C trace context of this request; from the moment its handler runs, that of its own span. */
    traceparent: string;
  }
}

export type RouteMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Route {
  readonly method: RouteMethod;
  /** As Fastify's router writes it. */
  readonly url: string;
  /** For spans and logs: the declared path, without values. */
  readonly name: string;
  /** Paths that the route takes, to tell 405 from 404; the name itself when absent. */
  readonly pattern?: RegExp;
  readonly bodyLimit?: number;
  /** A stream is no answer that HEAD could ask for. */
  readonly head?: boolean;
  /** Sends the answer itself. */
  readonly handle: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;
}

export const BODY_LIMIT = 1024 * 1024;
const MAX_URL_LENGTH = 8 * 1024;
/** An exchanged token may take 24 KB of it. */
const MAX_HEADER_BYTES = 32 * 1024;

const log = logger('http');

/** The one HTTP server. Whoever has routes registers them here before it listens. */
export class HttpServer {
  readonly fastify: FastifyInstance;
  private readonly patterns: { method: RouteMethod; pattern: RegExp }[] = [];

  /** Makes the server with its plugins, so that they stand before the first route. */
  static async create(config: GatewayConfig): Promise<HttpServer> {
    const server = new HttpServer(config);
    await server.register();
    return server;
  }

  private constructor(private readonly config: GatewayConfig) {
    this.fastify = fastify({
      bodyLimit: BODY_LIMIT,
      trustProxy: config.TRUSTED_PROXIES.length > 0 ? config.TRUSTED_PROXIES : false,
      requestTimeout: 60_000,
      keepAliveTimeout: 65_000,
      forceCloseConnections: 'idle',
      return503OnClosing: false,
      http: { maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: 15_000 },
      routerOptions: { maxParamLength: 500, ignoreTrailingSlash: false, caseSensitive: true },
      frameworkErrors: (error, request, reply) => {
        request.traceparent = traceOf(request);
        void sendProblem(reply, error);
        logAnswer(request, reply); // no hook runs for it
      },
      clientErrorHandler: (error, socket) => {
        if (socket.writable) socket.end(rawProblem(error.code));
        else socket.destroy();
      },
    });
    this.prepare();
  }

  private async register(): Promise<void> {
    if (this.config.CORS_ORIGINS.length > 0) {
      await this.fastify.register(cors, {
        origin: this.config.CORS_ORIGINS,
        // Another origin calls with a bearer token of its own; the session cookie is for our own pages.
        credentials: false,
        methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
        allowedHeaders: [
          'Authorization',
          'Content-Type',
          'If-Match',
          'If-None-Match',
          'Idempotency-Key',
          'traceparent',
        ],
        exposedHeaders: ['ETag', 'RateLimit', 'RateLimit-Policy', 'Retry-After'],
        maxAge: 600,
      });
    }
  }

  route({ method, url, name, pattern, bodyLimit, head = true, handle }: Route): void {
    this.patterns.push({ method, pattern: pattern ?? new RegExp(`^${name.replaceAll('.', '\\.')}$`) });
    this.fastify.route({
      method,
      url,
      config: { name },
      exposeHeadRoute: method === 'GET' && head,
      ...(bodyLimit === undefined ? {} : { bodyLimit }),
      handler: (request, reply) => traced(name, request, () => handle(request, reply)),
    });
  }

  async listen(): Promise<string> {
    return this.fastify.listen({ port: this.config.PORT, host: this.config.HOST });
  }

  async close(): Promise<void> {
    await this.fastify.close();
  }

  private prepare(): void {
    const { fastify } = this;
    fastify.decorateRequest('traceparent', '');
    fastify.removeAllContentTypeParsers();
    fastify.addContentTypeParser(
      /^application\/(?:json|merge-patch\+json)(?:\s*;\s*charset="?utf-8"?)?\s*$/i,
      { parseAs: 'buffer' },
      (_request, body, done) => {
        try {
          done(null, parseJsonBody(body as Buffer));
        } catch (error) {
          done(error as Error);
        }
      },
    );
    const always = securityHeaders(this.config.PUBLIC_URL);
    fastify.addHook('onRequest', (request, reply, done) => {
      // On the response itself, so that a stream, which Fastify does not answer, has them too.
      for (const [name, value] of always) reply.raw.setHeader(name, value);
      // Nothing is cached unless the handler says how.
      reply.header('cache-control', 'no-store');
      const { url = '' } = request.raw;
      done(
        url.length > MAX_URL_LENGTH
          ? new AppError('INVALID_ARGUMENT', 'URI_TOO_LONG', 'The address is too long.')
          : undefined,
      );
    });
    fastify.addHook('onResponse', (request, reply, done) => {
      logAnswer(request, reply);
      done();
    });
    fastify.setErrorHandler((error, request, reply) => {
      request.traceparent ||= traceOf(request);
      return sendProblem(reply, error);
    });
    fastify.setNotFoundHandler((request, reply) => this.notFound(request, reply));
  }

  /** Tells a wrong method from a wrong address, and nothing else: what exists is for those who may know. */
  private notFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    request.traceparent ||= traceOf(request);
    const path = request.url.split('?', 1)[0] ?? '';
    const allowed = new Set(this.patterns.flatMap(({ method, pattern }) => (pattern.test(path) ? [method] : [])));
    if (allowed.size === 0)
      return sendProblem(reply, new AppError('NOT_FOUND', 'ROUTE_NOT_FOUND', 'There is nothing at this address.'));
    const methods = [...allowed, ...(allowed.has('GET') ? ['HEAD'] : [])];
    reply.header('allow', methods.join(', '));
    return sendProblem(
      reply,
      new AppError('UNIMPLEMENTED', 'METHOD_NOT_ALLOWED', 'This address does not take this method.'),
    );
  }
}

/** The trace of a request that reaches no handler: the caller's, or a new one. */
function traceOf(request: FastifyRequest): string {
  return runWithTraceparent(givenTraceparent(request), currentTraceparent) || newTraceparent();
}

function givenTraceparent({ headers: { traceparent } }: FastifyRequest): string | undefined {
  return typeof traceparent === 'string' ? traceparent : undefined;
}

/** Runs a handler as a span of the caller's trace, or of a new one. */
function traced(name: string, request: FastifyRequest, handle: () => Promise<unknown>): Promise<unknown> {
  const attributes = { [ATTRIBUTES.httpMethod]: request.method, [ATTRIBUTES.httpRoute]: name };
  return runWithTraceparent(givenTraceparent(request), () =>
    withSpan(
      `${request.method} ${name}`,
      attributes,
      () => {
        request.traceparent = currentTraceparent();
        return handle();
      },
      'server',
    ),
  );
}

/** One line a request: what was asked by its declared path alone, so that no id, filter or token gets into the log. */
function logAnswer(request: FastifyRequest, reply: FastifyReply): void {
  log.info({
    event: 'http.request',
    method: request.method,
    route: (request.routeOptions.config as { name?: string }).name ?? '',
    status: reply.statusCode,
    durationMs: Math.round(reply.elapsedTime * 10) / 10,
    traceId: request.traceparent.slice(3, 35),
  });
}

/** A connection whose bytes are no HTTP request has no reply object to answer with. */
function rawProblem(code: string | undefined): string {
  const [status, title, reason] =
    code === 'HPE_HEADER_OVERFLOW'
      ? [431, 'Request Header Fields Too Large', 'HEADERS_TOO_LARGE']
      : code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? [408, 'Request Timeout', 'REQUEST_TIMEOUT']
        : [400, 'Bad Request', 'INVALID_REQUEST'];
  const body = JSON.stringify({ type: 'about:blank', title, status, reason, detail: `${title}.`, traceId: '' });
  return (
    `HTTP/1.1 ${status} ${title}\r\ncontent-type: application/problem+json\r\ncache-control: no-store\r\n` +
    `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`
  );
}
