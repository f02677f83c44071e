// A small client of Rapport's public REST API for our own scripts: logs in with
// the password grant of the local realm, renews the token ahead of its end, and
// repeats what may be repeated.
import { readFileSync } from 'node:fs';

export interface Login {
  readonly username: string;
  readonly password: string;
}

export interface Addresses {
  readonly gateway: string;
  readonly keycloak: string;
  readonly realm: string;
  readonly clientId: string;
  readonly users: readonly (Login & { roles: string[]; branch: string; department: string })[];
}

/** An answer that is not 2xx, with the problem document's facts. */
export class RestError extends Error {
  override readonly name = 'RestError';
  readonly status: number;
  readonly reason: string;
  readonly problem: Record<string, unknown>;

  constructor(status: number, request: string, problem: Record<string, unknown>) {
    const errors = (problem.errors as { field: string; description: string }[] | undefined) ?? [];
    const fields = errors.map((error) => `\n  ${error.field}: ${error.description}`).join('');
    super(`${request} answered ${status} ${problem.reason ?? ''}: ${problem.detail ?? problem.title ?? ''}${fields}`);
    this.status = status;
    this.reason = String(problem.reason ?? '');
    this.problem = problem;
  }
}

export interface RequestOptions {
  readonly body?: unknown;
  readonly ifMatch?: string;
  readonly idempotencyKey?: string;
  /** W3C trace context that the request is a part of. */
  readonly traceparent?: string;
}

/** How long a script waits for a server that restarts. */
const PATIENCE_MS = 60_000;
const MAX_PAUSE_MS = 5_000;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export function readAddresses(file: string): Addresses {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Error(`${file} cannot be read: is Rapport running (npm start)?`, { cause });
  }
  return JSON.parse(text) as Addresses;
}

export class RestClient {
  readonly #addresses: Addresses;
  readonly #login: Login;
  #token: { value: string; renewAt: number } | undefined;

  constructor(addresses: Addresses, login: Login) {
    this.#addresses = addresses;
    this.#login = login;
  }

  /** As the user of this name in the addresses file. */
  static as(addresses: Addresses, username: string): RestClient {
    const user = addresses.users.find((candidate) => candidate.username === username);
    if (!user) throw new Error(`There is no user "${username}" in the addresses file.`);
    return new RestClient(addresses, user);
  }

  get<T>(path: string, options: RequestOptions = {}): Promise<T> {
    return this.request<T>('GET', path, options);
  }

  post<T>(path: string, body: unknown, options: RequestOptions = {}): Promise<T> {
    return this.request<T>('POST', path, { ...options, body });
  }

  patch<T>(path: string, ifMatch: string, body: unknown): Promise<T> {
    return this.request<T>('PATCH', path, { ifMatch, body });
  }

  /** All rows of a list, page by page. */
  async *list<T>(path: string, member: string, query: Record<string, string> = {}): AsyncGenerator<T> {
    let pageToken = '';
    do {
      const params = new URLSearchParams({ ...query, pageSize: '1000', ...(pageToken && { pageToken }) });
      const page = await this.get<Record<string, unknown>>(`${path}?${params}`);
      yield* (page[member] as T[] | undefined) ?? [];
      pageToken = String(page.nextPageToken ?? '');
    } while (pageToken);
  }

  async request<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
    const giveUpAt = Date.now() + PATIENCE_MS;
    for (let attempt = 0; ; attempt += 1) {
      const outcome = await this.#once(method, path, options);
      if (outcome.ok) return outcome.value as T;
      if (!outcome.retryAfterMs || Date.now() > giveUpAt) throw outcome.error;
      const backoff = Math.min(MAX_PAUSE_MS, 200 * 2 ** attempt) * (0.5 + Math.random() / 2);
      await sleep(Math.max(outcome.retryAfterMs, backoff));
    }
  }

  async #once(method: string, path: string, options: RequestOptions): Promise<Outcome> {
    let response: Response;
    try {
      response = await fetch(this.#addresses.gateway + path, {
        method,
        headers: {
          authorization: `Bearer ${await this.accessToken()}`,
          ...(options.body !== undefined && { 'content-type': 'application/json' }),
          ...(options.ifMatch && { 'if-match': options.ifMatch }),
          ...(options.idempotencyKey && { 'idempotency-key': options.idempotencyKey }),
          ...(options.traceparent && { traceparent: options.traceparent }),
        },
        ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
      });
    } catch (cause) {
      if (cause instanceof RestError) throw cause;
      // Nothing answered. Our writes carry an external id or an idempotency
      // key, so sending them again cannot do them twice.
      return {
        ok: false,
        retryAfterMs: 1,
        error: new Error(`${method} ${path}: no answer from the gateway`, { cause }),
      };
    }
    const text = await response.text();
    if (response.ok) return { ok: true, value: text ? JSON.parse(text) : undefined };
    const error = new RestError(response.status, `${method} ${path}`, parseProblem(text));
    const mayRepeat = [429, 503, 504].includes(response.status) || error.reason === 'RETRY';
    return {
      ok: false,
      retryAfterMs: mayRepeat ? Number(response.headers.get('retry-after') ?? 0) * 1000 || 1 : 0,
      error,
    };
  }

  /** A token that is good for half its life at least. */
  async accessToken(): Promise<string> {
    if (this.#token && Date.now() < this.#token.renewAt) return this.#token.value;
    const { keycloak, realm, clientId } = this.#addresses;
    const response = await fetch(`${keycloak}/realms/${realm}/protocol/openid-connect/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'password',
        client_id: clientId,
        scope: 'openid',
        ...this.#credentials(),
      }),
    });
    const answer = (await response.json()) as {
      access_token?: string;
      expires_in?: number;
      error_description?: string;
    };
    if (!response.ok || !answer.access_token) {
      throw new RestError(response.status, `login as ${this.#login.username}`, {
        reason: 'LOGIN_FAILED',
        detail: answer.error_description ?? 'Keycloak refused the login.',
      });
    }
    this.#token = { value: answer.access_token, renewAt: Date.now() + ((answer.expires_in ?? 60) * 1000) / 2 };
    return this.#token.value;
  }

  #credentials(): Record<string, string> {
    return { username: this.#login.username, password: this.#login.password };
  }
}

type Outcome = { ok: true; value: unknown } | { ok: false; retryAfterMs: number; error: Error };

function parseProblem(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    // Something in between answered, not the gateway.
    return { title: text.slice(0, 200) };
  }
}
