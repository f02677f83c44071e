import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Masks } from '@rapport/service-kit/access';
import { contracts } from '@rapport/service-kit/contracts';
import { AppError } from '@rapport/service-kit/errors';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Callers, bearerOf } from '../callers/callers.service.js';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config.js';
import { HttpServer } from '../http/http-server.service.js';
import { type Binding, collectBindings } from '../transcoder/bindings.js';
import { matchesIfNoneMatch } from '../transcoder/preconditions.js';
import { DOCS_CSP, docsPage, docsScript } from './docs-page.js';
import { openApiDocument } from './document.js';

interface Page {
  readonly json: string;
  readonly etag: string;
}

const ASSETS = [
  { name: 'swagger-ui.css', type: 'text/css; charset=utf-8' },
  { name: 'swagger-ui-bundle.js', type: 'text/javascript; charset=utf-8' },
];
const LOGIN = '/v1/session/login?returnTo=/docs';

/** The API's own description: for programs `/openapi.json`, for people `/docs`. */
@Injectable()
export class DocsRoutes implements OnModuleInit {
  private readonly bindings: readonly Binding[] = collectBindings(contracts.registry);
  /** By set of rights, kept as long as somebody has them. */
  private readonly pages = new WeakMap<Masks, Page>();

  constructor(
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
    private readonly server: HttpServer,
    private readonly callers: Callers,
  ) {}

  async onModuleInit(): Promise<void> {
    this.route('/openapi.json', (request, reply) => this.openApi(request, reply));
    this.route('/docs', (request, reply) => this.docs(request, reply));
    this.asset('start.js', 'text/javascript; charset=utf-8', docsScript);
    const { resolve } = createRequire(import.meta.url);
    for (const { name, type } of ASSETS) this.asset(name, type, await readFile(resolve(`swagger-ui-dist/${name}`)));
  }

  private route(path: string, handle: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>): void {
    this.server.route({ method: 'GET', url: path, name: path, handle });
  }

  private asset(name: string, type: string, content: string | Buffer): void {
    this.route(`/docs/${name}`, async (_request, reply) =>
      reply.type(type).header('cache-control', 'public, max-age=3600').send(content),
    );
  }

  private async openApi(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { masks } = await this.callers.identify(request, reply);
    const { json, etag } = this.page(masks);
    reply.headers({ etag, 'cache-control': 'private, no-cache', vary: 'Authorization, Cookie, Origin' });
    if (matchesIfNoneMatch(request.headers['if-none-match'], etag)) return reply.code(304).send();
    return reply.type('application/json; charset=utf-8').send(json);
  }

  private page(masks: Masks): Page {
    let page = this.pages.get(masks);
    if (page === undefined) {
      const json = JSON.stringify(openApiDocument(this.bindings, masks, this.config.PUBLIC_URL));
      page = { json, etag: `"${createHash('sha256').update(json).digest('base64url').slice(0, 27)}"` };
      this.pages.set(masks, page);
    }
    return page;
  }

  /** A person without a login is led to it; a program gets the answer that programs get. */
  private async docs(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    try {
      await this.callers.identify(request, reply);
    } catch (error) {
      const noLogin = error instanceof AppError && error.code === 'UNAUTHENTICATED';
      if (!noLogin || bearerOf(request) !== undefined) throw error;
      return reply.redirect(LOGIN, 303);
    }
    return reply.header('content-security-policy', DOCS_CSP).type('text/html; charset=utf-8').send(docsPage);
  }
}
