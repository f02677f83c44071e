import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '@rapport/service-kit/errors';
import * as oidc from 'openid-client';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config.js';

/** What Keycloak gives for a login or a refresh. */
export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly accessExpireTime: Date;
  readonly refreshExpireTime: Date;
  /** What to call the person; empty where the login service does not tell. */
  readonly displayName: string;
}

/** A login that has begun: what only the browser that began it may end it with. */
export interface LoginAttempt {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

const TIMEOUT_S = 5;

/** Keycloak as browsers log in there: authorization code with PKCE, refresh, logout. */
@Injectable()
export class IdentityProvider {
  private readonly configuration: oidc.Configuration;
  private readonly issuer: string;
  private readonly endpoints: string;
  private readonly secret: string;
  readonly redirectUri: string;

  constructor(@Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig) {
    this.secret = config.WEB_CLIENT_SECRET ?? config.OIDC_CLIENT_SECRET;
    const realm = `/realms/${config.KEYCLOAK_REALM}`;
    this.issuer = `${config.KEYCLOAK_PUBLIC_URL ?? config.KEYCLOAK_URL}${realm}`;
    this.endpoints = `${config.KEYCLOAK_URL}${realm}/protocol/openid-connect`;
    this.redirectUri = `${config.PUBLIC_URL}/v1/session/callback`;
    // Browsers and this process may reach Keycloak by different addresses, which discovery cannot tell.
    this.configuration = new oidc.Configuration(
      {
        issuer: this.issuer,
        authorization_endpoint: `${this.issuer}/protocol/openid-connect/auth`,
        token_endpoint: `${this.endpoints}/token`,
        jwks_uri: `${this.endpoints}/certs`,
        authorization_response_iss_parameter_supported: true,
      },
      config.WEB_CLIENT_ID,
      { client_secret: this.secret, id_token_signed_response_alg: 'RS256' },
      oidc.ClientSecretBasic(this.secret),
    );
    this.configuration.timeout = TIMEOUT_S;
    if (this.endpoints.startsWith('http:')) oidc.allowInsecureRequests(this.configuration);
  }

  /** Whether Keycloak answers and holds the keys that tokens are verified by. */
  async check(): Promise<void> {
    const response = await fetch(`${this.endpoints}/certs`, {
      signal: AbortSignal.timeout(TIMEOUT_S * 1000),
      redirect: 'error',
    });
    const { keys } = (await response.json()) as { keys?: unknown[] };
    if (!response.ok || keys === undefined || keys.length === 0)
      throw new Error(`Keycloak answered ${response.status} without keys.`);
  }

  async begin(): Promise<{ attempt: LoginAttempt; location: string }> {
    const attempt = { state: oidc.randomState(), nonce: oidc.randomNonce(), verifier: oidc.randomPKCECodeVerifier() };
    const location = oidc.buildAuthorizationUrl(this.configuration, {
      redirect_uri: this.redirectUri,
      scope: 'openid',
      state: attempt.state,
      nonce: attempt.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(attempt.verifier),
      code_challenge_method: 'S256',
    });
    return { attempt, location: location.href };
  }

  /** Ends a login. UNAUTHENTICATED/LOGIN_FAILED when Keycloak or the attempt says no. */
  async finish(query: string, attempt: LoginAttempt): Promise<Tokens> {
    try {
      const answer = await oidc.authorizationCodeGrant(this.configuration, new URL(`${this.redirectUri}?${query}`), {
        expectedState: attempt.state,
        expectedNonce: attempt.nonce,
        pkceCodeVerifier: attempt.verifier,
        idTokenExpected: true,
      });
      return tokensOf(answer, textOf(answer.claims()?.name) ?? '');
    } catch (error) {
      throw (
        unavailable(error) ??
        new AppError('UNAUTHENTICATED', 'LOGIN_FAILED', 'The login did not succeed. Begin it again.', {}, [], {
          cause: error,
        })
      );
    }
  }

  /** New tokens for old; undefined when the login has ended at Keycloak. */
  async refresh(tokens: Pick<Tokens, 'refreshToken' | 'displayName'>): Promise<Tokens | undefined> {
    try {
      return tokensOf(await oidc.refreshTokenGrant(this.configuration, tokens.refreshToken), tokens.displayName);
    } catch (error) {
      if (error instanceof oidc.ResponseBodyError && error.status < 500) return undefined;
      throw unavailable(error) ?? error;
    }
  }

  /** Ends the login at Keycloak too. What cannot be told now ends there by its own age. */
  async logout(refreshToken: string): Promise<boolean> {
    const body = new URLSearchParams({
      client_id: this.config.WEB_CLIENT_ID,
      client_secret: this.secret,
      refresh_token: refreshToken,
    });
    const answer = fetch(`${this.endpoints}/logout`, {
      method: 'POST',
      body,
      signal: AbortSignal.timeout(TIMEOUT_S * 1000),
      redirect: 'error',
    });
    return answer.then(
      (response) => response.ok,
      () => false,
    );
  }
}

function tokensOf(answer: oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers, displayName: string): Tokens {
  const now = Date.now();
  const refreshSeconds = Number(answer.refresh_expires_in) || 1_800;
  if (answer.refresh_token === undefined) throw new Error('Keycloak gave no refresh token.');
  return {
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token,
    accessExpireTime: new Date(now + (answer.expiresIn() ?? 60) * 1000),
    refreshExpireTime: new Date(now + refreshSeconds * 1000),
    displayName,
  };
}

/** Keycloak did not answer, or answered that it cannot: that is no judgement about the login. */
function unavailable(error: unknown): AppError | undefined {
  const failing = error instanceof oidc.ResponseBodyError && error.status >= 500;
  const silent = error instanceof TypeError || (error instanceof oidc.ClientError && error.code === 'OAUTH_TIMEOUT');
  if (!failing && !silent) return undefined;
  return new AppError(
    'UNAVAILABLE',
    'KEYCLOAK_UNAVAILABLE',
    'The login service does not answer; try again later.',
    { retryAfter: '2' },
    [],
    { cause: error },
  );
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
