import { decodeJwt } from 'jose';
import { AppError } from '../errors.js';
import { beforeDeadline } from './deadline.js';
import { keycloakUnavailable } from './keycloak-unavailable.js';
import { LruMap } from './lru-map.js';
import { EXCHANGED_MAX_AGE_S, RESOURCE_SERVER } from './token.js';

/** The token that carries the rights; undefined for a caller who has none at all. */
export type Exchanged = string | undefined;

interface Entry {
  readonly exchanged: Exchanged;
  readonly askedAt: number;
  readonly usableUntil: number;
}

const UMA_GRANT = 'urn:ietf:params:oauth:grant-type:uma-ticket';
/** A right that was taken away is noticed within this time. */
const FRESH_MS = 30_000;
const TIMEOUT_MS = 5_000;
/** After a failure Keycloak is left alone so long, and callers do not queue up behind its timeout. */
const BACKOFF_MS = 1_000;
/** At 12 KB a token: some 24 MB at worst. */
const REMEMBERED_TOKENS = 2_000;
const REJECTED = new Set(['invalid_grant', 'invalid_token', 'invalid_client', 'unauthorized_client']);

/**
 * Exchanges a caller's token for the one that lists his permissions.
 *
 * Asks Keycloak at most once per token and 30 seconds, one call for all who
 * wait. When Keycloak does not answer, the last answer serves to its maximum
 * age, then UNAVAILABLE/KEYCLOAK_UNAVAILABLE.
 */
export class TokenExchange {
  private readonly answers = new LruMap<string, Entry>(REMEMBERED_TOKENS);
  private readonly running = new Map<string, Promise<Entry>>();
  private leaveAloneUntil = 0;
  private lastFailure: unknown;

  constructor(
    private readonly tokenEndpoint: string,
    private readonly now: () => number = Date.now,
  ) {}

  /** `key` names the token; its SHA-256. */
  async exchange(token: string, key: string, deadline?: Date): Promise<Exchanged> {
    const known = this.answers.get(key);
    if (known !== undefined && this.now() - known.askedAt < FRESH_MS) return known.exchanged;
    try {
      const entry = await beforeDeadline(this.ask(token, key), deadline, this.now);
      return entry.exchanged;
    } catch (error) {
      const unreachable = error instanceof AppError && error.code === 'UNAVAILABLE';
      if (unreachable && known !== undefined && this.now() < known.usableUntil) return known.exchanged;
      throw error;
    }
  }

  private ask(token: string, key: string): Promise<Entry> {
    let call = this.running.get(key);
    if (call === undefined) {
      call = this.request(token)
        .then(
          (entry) => {
            this.answers.set(key, entry);
            return entry;
          },
          (error: unknown) => {
            if (error instanceof AppError && error.code === 'UNAUTHENTICATED') this.answers.delete(key);
            throw error;
          },
        )
        .finally(() => this.running.delete(key));
      this.running.set(key, call);
    }
    return call;
  }

  private async request(token: string): Promise<Entry> {
    if (this.now() < this.leaveAloneUntil) throw keycloakUnavailable(this.lastFailure);
    const askedAt = this.now();
    const { status, body } = await this.post(token);
    if (status === 200 && typeof body.access_token === 'string') {
      const { iat = 0 } = decodeJwt(body.access_token);
      return { exchanged: body.access_token, askedAt, usableUntil: (iat + EXCHANGED_MAX_AGE_S) * 1000 };
    }
    if (status === 403 && body.error === 'access_denied') {
      return { exchanged: undefined, askedAt, usableUntil: askedAt + EXCHANGED_MAX_AGE_S * 1000 };
    }
    // Logged out, disabled or expired meanwhile: Keycloak has answered, and the answer is no.
    if ((status === 400 || status === 401) && REJECTED.has(String(body.error))) {
      throw new AppError('UNAUTHENTICATED', 'TOKEN_INVALID', 'The token is not accepted.');
    }
    throw this.failed(new Error(`The token endpoint answered ${status} ${String(body.error ?? '')}.`));
  }

  private async post(token: string): Promise<{ status: number; body: Record<string, unknown> }> {
    try {
      const response = await fetch(this.tokenEndpoint, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        // Never a claim_token: it would let the caller's side add claims that policies read.
        body: new URLSearchParams({ grant_type: UMA_GRANT, audience: RESOURCE_SERVER }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
        redirect: 'error',
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    } catch (error) {
      throw this.failed(error);
    }
  }

  private failed(cause: unknown): AppError {
    this.leaveAloneUntil = this.now() + BACKOFF_MS;
    this.lastFailure = cause;
    return keycloakUnavailable(cause);
  }
}
