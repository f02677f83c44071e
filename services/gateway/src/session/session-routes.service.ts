import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Authenticator } from '@rapport/service-kit/access';
import { AppError } from '@rapport/service-kit/errors';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Callers } from '../callers/callers.service.js';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config.js';
import { HttpServer } from '../http/http-server.service.js';
import { RateLimits } from '../limits/rate-limits.service.js';
import { clearCookie, LOGIN_COOKIE, readCookie, setCookie } from './cookies.js';
import { IdentityProvider, type LoginAttempt } from './identity-provider.service.js';
import { safeReturnTo } from './return-to.js';
import { Sealer } from './sealing.js';
import { Sessions } from './sessions.service.js';

interface Login extends LoginAttempt {
  readonly returnTo: string;
  readonly expireTime: number;
}

const LOGIN_SECONDS = 600;

/** Login, logout and "who am I" of browsers. */
@Injectable()
export class SessionRoutes implements OnModuleInit {
  private readonly sealer: Sealer;

  constructor(
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
    private readonly server: HttpServer,
    private readonly callers: Callers,
    private readonly limits: RateLimits,
    private readonly sessions: Sessions,
    private readonly provider: IdentityProvider,
    private readonly authenticator: Authenticator,
  ) {
    this.sealer = new Sealer(config.SESSION_SECRET);
  }

  onModuleInit(): void {
    const route = (
      method: 'GET' | 'POST',
      path: string,
      handle: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>,
    ): void => this.server.route({ method, url: path, name: path, head: false, handle });
    route('GET', '/v1/session/login', (request, reply) => this.login(request, reply));
    route('GET', '/v1/session/callback', (request, reply) => this.callback(request, reply));
    route('POST', '/v1/session/logout', (request, reply) => this.logout(request, reply));
    route('GET', '/v1/session', (request, reply) => this.whoAmI(request, reply));
  }

  /** Sends the browser to Keycloak; what the answer must match goes with it, sealed, in a cookie of ten minutes. */
  private async login(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    this.limits.anonymous(request.ip, reply);
    const { returnTo } = request.query as { returnTo?: unknown };
    const { attempt, location } = await this.provider.begin();
    const login: Login = {
      ...attempt,
      returnTo: safeReturnTo(returnTo, this.config.PUBLIC_URL),
      expireTime: Date.now() + LOGIN_SECONDS * 1000,
    };
    setCookie(reply, LOGIN_COOKIE, this.sealer.seal('login', login, LOGIN_COOKIE).toString('base64url'), LOGIN_SECONDS);
    return reply.redirect(location, 303);
  }

  private async callback(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    this.limits.anonymous(request.ip, reply);
    const login = this.begun(request);
    const tokens = await this.provider.finish(request.url.split('?')[1] ?? '', login);
    // Refuses a client that is not on the list and an identity that lacks a claim, before there is a session of it.
    await this.authenticator.authenticate(tokens.accessToken);
    clearCookie(reply, LOGIN_COOKIE);
    await this.sessions.begin(tokens, reply);
    return reply.redirect(login.returnTo, 303);
  }

  private begun(request: FastifyRequest): Login {
    const sealed = readCookie(request, LOGIN_COOKIE);
    const login =
      sealed && (this.sealer.open('login', Buffer.from(sealed, 'base64url'), LOGIN_COOKIE) as Login | undefined);
    if (!login || login.expireTime < Date.now()) {
      throw new AppError(
        'UNAUTHENTICATED',
        'LOGIN_FAILED',
        'This login was not begun here, or too long ago. Begin it again.',
      );
    }
    return login;
  }

  private async logout(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const caller = await this.callers.identify(request, reply);
    if (caller.sessionId !== undefined) await this.sessions.end(caller.sessionId, reply);
    return reply.code(204).send();
  }

  private async whoAmI(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { principal, sessionId } = await this.callers.identify(request, reply);
    const { kind, username, employeeId, branchIds, departmentPaths, homeBranchId, homeDepartmentId } = principal;
    return reply.send({
      kind,
      username,
      displayName: (sessionId && (await this.sessions.displayName(sessionId))) || username,
      employeeId,
      branchIds,
      departmentPaths,
      homeBranchId,
      homeDepartmentId,
      ...(sessionId === undefined ? {} : { csrfToken: this.sessions.csrfToken(sessionId) }),
    });
  }
}
