import { hash } from 'node:crypto';
import { AppError } from '../errors.js';
import type { Principal } from './context.js';
import { TokenExchange } from './exchange.js';
import { Grants } from './grants.js';
import { LruMap } from './lru-map.js';
import { Masks } from './mask.js';
import { type AccessSettings, TokenVerifier, type VerifiedToken } from './token.js';

/** Who calls, and what he may do. */
export interface Authenticated {
  readonly principal: Principal;
  readonly grants: Grants;
  readonly masks: Masks;
  /** The exchanged token, to be forwarded; the caller's own where Keycloak grants him nothing. */
  readonly token: string;
}

interface Known extends VerifiedToken {
  /** Of an exchanged token. */
  readonly authenticated?: Authenticated;
  /** What a plain token was last exchanged for, with its hash: to hash kilobytes again at every call costs. */
  exchanged?: { readonly token: string; readonly key: string };
}

const REMEMBERED_TOKENS = 4_000;

/**
 * Says of a token who calls and with which rights.
 *
 * A token that was exchanged already (the gateway's, forwarded) is verified
 * offline; a plain one is exchanged here, by the same code in every process.
 */
export class Authenticator {
  private readonly verifier: TokenVerifier;
  private readonly exchange: TokenExchange;
  private readonly known = new LruMap<string, Known>(REMEMBERED_TOKENS);

  constructor(
    settings: AccessSettings,
    private readonly now: () => number = Date.now,
  ) {
    this.verifier = new TokenVerifier(settings, now);
    this.exchange = new TokenExchange(tokenEndpoint(settings), now);
  }

  /**
   * UNAUTHENTICATED with TOKEN_INVALID, TOKEN_EXPIRED or IDENTITY_INCOMPLETE;
   * UNAVAILABLE/KEYCLOAK_UNAVAILABLE when Keycloak would have to say and does not.
   */
  async authenticate(token: string, deadline?: Date): Promise<Authenticated> {
    const key = hash('sha256', token);
    const own = await this.verified(token, key);
    if (own.authenticated !== undefined) return own.authenticated;
    const exchanged = await this.exchange.exchange(token, key, deadline);
    if (exchanged === undefined) return authenticated(own.principal, [], token);
    if (own.exchanged?.token !== exchanged) own.exchanged = { token: exchanged, key: hash('sha256', exchanged) };
    const { principal, authenticated: result } = await this.verified(exchanged, own.exchanged.key);
    if (result === undefined || principal.subject !== own.principal.subject || principal.azp !== own.principal.azp) {
      throw new AppError('INTERNAL', 'INTERNAL', 'The exchanged token is not of the caller.');
    }
    return result;
  }

  private async verified(token: string, key: string): Promise<Known> {
    const seen = this.known.get(key);
    if (seen !== undefined && this.now() < seen.expiresAt) return seen;
    const fresh = await this.verifier.verify(token);
    const known =
      fresh.permissions === undefined
        ? { ...fresh }
        : { ...fresh, authenticated: authenticated(fresh.principal, fresh.permissions, token) };
    this.known.set(key, known);
    return known;
  }
}

/** Keycloak's token endpoint, which also exchanges. */
export function tokenEndpoint({ keycloakUrl, realm }: Pick<AccessSettings, 'keycloakUrl' | 'realm'>): string {
  return `${keycloakUrl}/realms/${realm}/protocol/openid-connect/token`;
}

function authenticated(
  principal: Principal,
  permissions: readonly { rsname: string; scopes?: readonly string[] }[],
  token: string,
) {
  const masks = Masks.of(new Grants(permissions));
  // The grants of the masks, not these: equal sets of rights are kept once.
  return { principal, grants: masks.grants, masks, token };
}
