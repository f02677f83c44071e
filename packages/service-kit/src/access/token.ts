import {
  createLocalJWKSet,
  createRemoteJWKSet,
  type CryptoKey,
  errors,
  type FlattenedJWSInput,
  type JWTHeaderParameters,
  type JWTPayload,
  jwtVerify,
} from 'jose';
import { AppError } from '../errors.js';
import type { Principal } from './context.js';
import type { Permission } from './grants.js';
import { keycloakUnavailable } from './keycloak-unavailable.js';
import { principalOf } from './principal.js';

/** Where tokens come from, and which are accepted. */
export interface AccessSettings {
  /** Base address by which this process reaches Keycloak. */
  readonly keycloakUrl: string;
  readonly realm: string;
  /** Clients whose tokens are accepted; Keycloak itself would exchange a token of any client. */
  readonly allowedAzp: readonly string[];
  /** Base address that Keycloak calls itself, where it differs from `keycloakUrl`. */
  readonly issuerUrl?: string;
}

/** A token whose signature, origin and age are good. */
export interface VerifiedToken {
  readonly principal: Principal;
  /** Of an exchanged token; a plain one has none. */
  readonly permissions?: readonly Permission[];
  /** Epoch milliseconds from which it is refused. */
  readonly expiresAt: number;
}

/** The client whose audience every token needs and whose policies grant the rights. */
export const RESOURCE_SERVER = 'gateway';
/** An exchanged token serves so long from its issue, whatever its own expiry: a revoked right must end. */
export const EXCHANGED_MAX_AGE_S = 300;

const ALGORITHMS = ['RS256', 'ES256'];
const LEEWAY_S = 10;
/** Ours are 12 KB at most; what is far above is not worth a signature check. */
const MAX_TOKEN_LENGTH = 32_768;
const KEYS_COOLDOWN_MS = 30_000;
const KEYS_MAX_AGE_MS = 600_000;
const KEYS_TIMEOUT_MS = 5_000;
/** Keycloak down: keys fetched before serve on until every token signed by then has run out. */
const KEYS_LAST_RESORT_MS = KEYS_MAX_AGE_MS + EXCHANGED_MAX_AGE_S * 1000;

/** Verifies tokens offline, by the realm's cached public keys. */
export class TokenVerifier {
  private readonly issuer: string;
  private readonly azp: ReadonlySet<string>;
  private readonly keys: ReturnType<typeof createRemoteJWKSet>;
  private keysSeenAt = 0;

  constructor(
    settings: AccessSettings,
    private readonly now: () => number = Date.now,
  ) {
    this.issuer = `${settings.issuerUrl ?? settings.keycloakUrl}/realms/${settings.realm}`;
    this.azp = new Set(settings.allowedAzp);
    this.keys = createRemoteJWKSet(
      new URL(`${settings.keycloakUrl}/realms/${settings.realm}/protocol/openid-connect/certs`),
      {
        cooldownDuration: KEYS_COOLDOWN_MS,
        cacheMaxAge: KEYS_MAX_AGE_MS,
        timeoutDuration: KEYS_TIMEOUT_MS,
      },
    );
  }

  /** UNAUTHENTICATED with TOKEN_INVALID, TOKEN_EXPIRED or IDENTITY_INCOMPLETE; UNAVAILABLE without any keys. */
  async verify(token: string): Promise<VerifiedToken> {
    if (token.length > MAX_TOKEN_LENGTH) throw invalid();
    const claims = await this.signedClaims(token);
    // Refresh, ID and logout tokens are signed by the same keys.
    if (claims.typ !== 'Bearer' || typeof claims.azp !== 'string' || !this.azp.has(claims.azp)) throw invalid();
    const { permissions, maxAgeS } = permissionsOf(claims);
    const expiresAt = Math.min(claims.exp ?? 0, (claims.iat ?? 0) + maxAgeS) * 1000;
    if (expiresAt + LEEWAY_S * 1000 <= this.now()) throw expired();
    return { principal: principalOf(claims, claims.azp), permissions, expiresAt };
  }

  private async signedClaims(token: string): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, (header, input) => this.key(header, input), {
        algorithms: ALGORITHMS,
        issuer: this.issuer,
        audience: RESOURCE_SERVER,
        clockTolerance: LEEWAY_S,
        currentDate: new Date(this.now()),
        requiredClaims: ['sub', 'exp', 'iat'],
      });
      return payload;
    } catch (error) {
      if (error instanceof AppError) throw error;
      throw error instanceof errors.JWTExpired ? expired() : invalid();
    }
  }

  private async key(header: JWTHeaderParameters, input: FlattenedJWSInput): Promise<CryptoKey> {
    try {
      const key = await this.keys(header, input);
      this.keysSeenAt = this.keys.fresh ? this.now() : this.keysSeenAt;
      return key;
    } catch (error) {
      // These say that the keys are at hand and that none of them fits.
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) throw error;
      if (error instanceof errors.JOSENotSupported || error instanceof errors.JWSInvalid) throw error;
      const last = this.now() - this.keysSeenAt < KEYS_LAST_RESORT_MS ? this.keys.jwks() : undefined;
      if (last === undefined) throw keycloakUnavailable(error);
      return createLocalJWKSet(last)(header, input);
    }
  }
}

function permissionsOf(claims: JWTPayload): { permissions?: Permission[]; maxAgeS: number } {
  if (claims.authorization === undefined) return { maxAgeS: Number.POSITIVE_INFINITY };
  const { permissions } = claims.authorization as { permissions?: unknown };
  if (!Array.isArray(permissions) || !permissions.every(isPermission)) throw invalid();
  return { permissions, maxAgeS: EXCHANGED_MAX_AGE_S };
}

function isPermission(value: unknown): value is Permission {
  const { rsname, scopes } = value as { rsname?: unknown; scopes?: unknown };
  if (typeof rsname !== 'string') return false;
  return scopes === undefined || (Array.isArray(scopes) && scopes.every((scope) => typeof scope === 'string'));
}

// One answer for every fault of a token: why it fails is for its owner's logs, not for whoever tries forgeries.
function invalid(): AppError {
  return new AppError('UNAUTHENTICATED', 'TOKEN_INVALID', 'The token is not accepted.');
}

function expired(): AppError {
  return new AppError('UNAUTHENTICATED', 'TOKEN_EXPIRED', 'The token has expired.');
}
