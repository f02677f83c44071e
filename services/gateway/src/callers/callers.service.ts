import { Inject, Injectable } from '@nestjs/common';
import { Authenticator } from '@rapport/service-kit/access';
import { AppError } from '@rapport/service-kit/errors';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config.js';
import { RateLimits } from '../limits/rate-limits.service.js';
import { Sessions } from '../session/sessions.service.js';
import type { Caller } from './caller.js';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
const BEARER = /^bearer +([^\s,]+) *$/i;

/** Says who calls: by a bearer token, else by the session cookie. Every route that needs a caller asks here first. */
@Injectable()
export class Callers {
  constructor(
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
    private readonly authenticator: Authenticator,
    private readonly sessions: Sessions,
    private readonly limits: RateLimits,
  ) {}

  /**
   * UNAUTHENTICATED without a valid login; PERMISSION_DENIED/CSRF_TOKEN_INVALID
   * for a change by cookie without its token; RESOURCE_EXHAUSTED/RATE_LIMITED.
   */
  async identify(request: FastifyRequest, reply: FastifyReply): Promise<Caller> {
    const caller = await this.login(request).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'UNAUTHENTICATED') this.limits.anonymous(request.ip, reply);
      throw error;
    });
    this.limits.caller(caller.principal, reply);
    return caller;
  }

  /** The same again for a connection that stays open: undefined once the login or every right is gone. */
  async again(caller: Caller, bearer: string | undefined): Promise<Caller | undefined> {
    try {
      const token = bearer ?? (await this.sessions.accessToken(caller.sessionId ?? ''));
      return { ...(await this.authenticator.authenticate(token)), sessionId: caller.sessionId };
    } catch (error) {
      if (error instanceof AppError && error.code === 'UNAUTHENTICATED') return undefined;
      throw error;
    }
  }

  private async login(request: FastifyRequest): Promise<Caller> {
    const bearer = bearerOf(request);
    if (bearer !== undefined) return { ...(await this.authenticator.authenticate(bearer)), sessionId: undefined };
    const sessionId = this.sessions.idOf(request);
    if (sessionId === undefined)
      throw new AppError('UNAUTHENTICATED', 'LOGIN_REQUIRED', 'Log in, or send a bearer token.');
    if (!SAFE_METHODS.has(request.method)) this.refuseForgery(request, sessionId);
    const token = await this.sessions.accessToken(sessionId);
    return { ...(await this.authenticator.authenticate(token)), sessionId };
  }

  /** A browser adds the cookie to whatever any page makes it send; only our own pages know the session's token. */
  private refuseForgery(request: FastifyRequest, sessionId: string): void {
    const { origin } = request.headers;
    const foreign = origin !== undefined && origin !== this.config.PUBLIC_URL;
    if (foreign || !this.sessions.isCsrfToken(sessionId, request.headers['x-csrf-token'])) {
      throw new AppError('PERMISSION_DENIED', 'CSRF_TOKEN_INVALID', 'Send the X-CSRF-Token of your session.');
    }
  }
}

/** The token of the Authorization header; one of another scheme is refused rather than passed over. */
export function bearerOf(request: FastifyRequest): string | undefined {
  const { authorization } = request.headers;
  if (authorization === undefined) return undefined;
  const token = BEARER.exec(authorization)?.[1];
  if (token === undefined) throw new AppError('UNAUTHENTICATED', 'TOKEN_INVALID', 'The token is not accepted.');
  return token;
}
