import type { CallContext, RequiredRight } from './context.js';
import { type Authenticated, type Authenticator, tokenEndpoint } from './authenticator.js';
import { keycloakUnavailable } from './keycloak-unavailable.js';
import { requireRight } from './rights.js';

/** A service's own client in Keycloak. */
export interface ServiceClientSettings {
  readonly keycloakUrl: string;
  readonly realm: string;
  /** `svc-<name>`. */
  readonly clientId: string;
  readonly clientSecret: string;
}

interface OwnToken {
  readonly value: string;
  readonly renewAt: number;
  readonly expiresAt: number;
}

const TIMEOUT_MS = 5_000;
/** Renewed at two thirds of its life: a third is left for a Keycloak that is away. */
const RENEW_AFTER = 2 / 3;

/** A service's own identity, for consumers, timers and rpcs that services alone may call. */
export class ServiceClient {
  private own: OwnToken | undefined;
  private renewal: Promise<OwnToken> | undefined;

  constructor(
    private readonly settings: ServiceClientSettings,
    private readonly authenticator: Authenticator,
    private readonly clock: () => Date = () => new Date(),
  ) {}

  /** Who this service is, with its rights of at most 30 seconds ago. */
  async authenticate(deadline?: Date): Promise<Authenticated> {
    return this.authenticator.authenticate(await this.ownToken(), deadline);
  }

  /**
   * A context in which this service acts by itself. PERMISSION_DENIED where
   * the access matrix does not give it the right.
   */
  async serviceContext(
    rule: RequiredRight,
    call: { traceparent?: string; deadline?: Date } = {},
  ): Promise<CallContext> {
    const authenticated = await this.authenticate(call.deadline);
    requireRight(authenticated, rule.resource, rule.action);
    return {
      ...authenticated,
      rule,
      traceparent: call.traceparent ?? '',
      deadline: call.deadline,
      clock: this.clock,
    };
  }

  private async ownToken(): Promise<string> {
    const now = this.clock().getTime();
    if (this.own !== undefined && now < this.own.renewAt) return this.own.value;
    this.renewal ??= this.renew().finally(() => (this.renewal = undefined));
    try {
      this.own = await this.renewal;
    } catch (error) {
      if (this.own === undefined || now >= this.own.expiresAt) throw error;
    }
    return this.own.value;
  }

  private async renew(): Promise<OwnToken> {
    const { clientId, clientSecret } = this.settings;
    const asked = this.clock().getTime();
    try {
      const response = await fetch(tokenEndpoint(this.settings), {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: clientId,
          client_secret: clientSecret,
        }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
        redirect: 'error',
      });
      const body = (await response.json()) as { access_token?: string; expires_in?: number; error?: string };
      if (body.access_token === undefined || body.expires_in === undefined) {
        throw new Error(`The token endpoint refused ${clientId}: ${response.status} ${body.error ?? ''}.`);
      }
      const life = body.expires_in * 1000;
      return { value: body.access_token, renewAt: asked + life * RENEW_AFTER, expiresAt: asked + life };
    } catch (error) {
      throw keycloakUnavailable(error);
    }
  }
}
