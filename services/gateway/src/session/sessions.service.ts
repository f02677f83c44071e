import { createHash, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '@rapport/service-kit/errors';
import { Lifecycle, LIFECYCLE_ORDER } from '@rapport/service-kit/lifecycle';
import { logger } from '@rapport/service-kit/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config.js';
import { clearCookie, readCookie, SESSION_COOKIE, setCookie } from './cookies.js';
import { IdentityProvider, type Tokens } from './identity-provider.service.js';
import { Sealer } from './sealing.js';
import { type SessionRow, SessionTable } from './session.queries.js';

interface Session {
  readonly tokens: Tokens;
  readonly readAt: number;
}

/** A logout in another process is noticed within this time; in this one, at once. */
const REMEMBERED_MS = 3_000;
const REMEMBERED_SESSIONS = 10_000;
/** An access token is renewed while the old one still serves a little. */
const RENEW_BEFORE_MS = 30_000;
const SWEEP_MS = 600_000;

const log = logger('session');

/** Sessions of browsers: the cookie is a random id, the tokens never leave the gateway. */
@Injectable()
export class Sessions {
  private readonly sealer: Sealer;
  private readonly table: SessionTable;
  private readonly known = new Map<string, Session>();
  private readonly refreshing = new Map<string, Promise<Tokens>>();
  private sweeper: NodeJS.Timeout | undefined;

  constructor(
    @Inject(GATEWAY_CONFIG) config: GatewayConfig,
    private readonly provider: IdentityProvider,
    lifecycle: Lifecycle,
  ) {
    this.sealer = new Sealer(config.SESSION_SECRET);
    this.table = new SessionTable(config.DATABASE_URL);
    lifecycle.add({
      name: 'sessions',
      order: LIFECYCLE_ORDER.DATABASE,
      start: async () => {
        await Promise.all([this.table.check(), this.provider.check()]);
        this.sweeper = setInterval(() => void this.sweep(), SWEEP_MS).unref();
      },
      stop: async () => {
        clearInterval(this.sweeper);
        await this.table.close();
      },
    });
  }

  idOf(request: FastifyRequest): string | undefined {
    return readCookie(request, SESSION_COOKIE);
  }

  csrfToken(id: string): string {
    return this.sealer.csrfToken(id);
  }

  isCsrfToken(id: string, given: unknown): boolean {
    return typeof given === 'string' && this.sealer.isCsrfToken(id, given);
  }

  /** Begins a session: a new id for every login, so that nobody can have known it before. */
  async begin(tokens: Tokens, reply: FastifyReply): Promise<void> {
    const id = randomBytes(32).toString('base64url');
    await this.table.insert(idHash(id), this.row(id, tokens));
    setCookie(reply, SESSION_COOKIE, id);
  }

  /** An access token that is good for a while yet. UNAUTHENTICATED/SESSION_EXPIRED when the session has ended. */
  async accessToken(id: string): Promise<string> {
    const tokens = await this.tokens(id);
    if (tokens.accessExpireTime.getTime() - Date.now() > RENEW_BEFORE_MS) return tokens.accessToken;
    try {
      return (await this.refresh(id)).accessToken;
    } catch (error) {
      const unavailable = error instanceof AppError && error.code === 'UNAVAILABLE';
      if (unavailable && tokens.accessExpireTime.getTime() > Date.now()) return tokens.accessToken;
      throw error;
    }
  }

  async displayName(id: string): Promise<string> {
    return (await this.tokens(id)).displayName;
  }

  async end(id: string, reply: FastifyReply): Promise<void> {
    const tokens = await this.tokens(id).catch(() => undefined);
    this.known.delete(id);
    await this.table.delete(idHash(id));
    clearCookie(reply, SESSION_COOKIE);
    if (tokens !== undefined && !(await this.provider.logout(tokens.refreshToken)))
      log.warn({ event: 'session.logout_not_told' });
  }

  private async tokens(id: string): Promise<Tokens> {
    const seen = this.known.get(id);
    if (seen !== undefined && Date.now() - seen.readAt < REMEMBERED_MS) return seen.tokens;
    const row = await this.table.find(idHash(id));
    return this.remember(id, this.opened(id, row));
  }

  /** One refresh at a time: within this process by the promise, between processes by the row's lock. */
  private refresh(id: string): Promise<Tokens> {
    let running = this.refreshing.get(id);
    if (running === undefined) {
      running = this.refreshOnce(id).finally(() => this.refreshing.delete(id));
      this.refreshing.set(id, running);
    }
    return running;
  }

  private async refreshOnce(id: string): Promise<Tokens> {
    const after = await this.table.replace(idHash(id), async (row) => {
      const tokens = this.opened(id, row);
      if (tokens === undefined) return undefined;
      if (tokens.accessExpireTime.getTime() - Date.now() > RENEW_BEFORE_MS) return row;
      const fresh = await this.provider.refresh(tokens);
      return fresh && this.row(id, fresh);
    });
    return this.remember(id, this.opened(id, after));
  }

  private row(id: string, tokens: Tokens): SessionRow {
    const sealed = this.sealer.seal('session', tokens, idHash(id).toString('hex'));
    return { sealed, accessExpireTime: tokens.accessExpireTime, expireTime: tokens.refreshExpireTime };
  }

  private opened(id: string, row: SessionRow | undefined): Tokens | undefined {
    if (row === undefined || row.expireTime.getTime() <= Date.now()) return undefined;
    const kept = this.sealer.open('session', row.sealed, idHash(id).toString('hex')) as Tokens | undefined;
    return kept && { ...kept, accessExpireTime: row.accessExpireTime, refreshExpireTime: row.expireTime };
  }

  private remember(id: string, tokens: Tokens | undefined): Tokens {
    this.known.delete(id);
    if (tokens === undefined)
      throw new AppError('UNAUTHENTICATED', 'SESSION_EXPIRED', 'The session has ended. Log in again.');
    this.known.set(id, { tokens, readAt: Date.now() });
    const [oldest] = this.known.keys();
    if (this.known.size > REMEMBERED_SESSIONS && oldest !== undefined) this.known.delete(oldest);
    return tokens;
  }

  private async sweep(): Promise<void> {
    await this.table.deleteExpired().catch((err: unknown) => log.warn({ event: 'session.sweep_failed', err }));
  }
}

function idHash(id: string): Buffer {
  return createHash('sha256').update(id).digest();
}
