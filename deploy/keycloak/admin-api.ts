/** How to log in to Keycloak's admin API. */
export interface AdminLogin {
  readonly keycloakUrl: string;
  readonly admin: { readonly username: string; readonly password: string };
}

const TIMEOUT_MS = 60_000;

/** Keycloak's admin API of one realm, as an administrator of the realm `master`. */
export class AdminApi {
  readonly realm: string;
  private readonly login: AdminLogin;
  private token: { value: string; until: number } | undefined;

  constructor(login: AdminLogin, realm: string) {
    this.login = login;
    this.realm = realm;
  }

  /** undefined when it is not there. */
  async find<T>(path: string): Promise<T | undefined> {
    const response = await this.send('GET', path);
    return response.status === 404 ? undefined : this.read<T>('GET', path, response);
  }

  async get<T>(path: string): Promise<T> {
    return this.read<T>('GET', path, await this.send('GET', path));
  }

  async post<T = undefined>(path: string, body: unknown): Promise<T> {
    return this.read<T>('POST', path, await this.send('POST', path, body));
  }

  /** POST that makes something; returns its id. */
  async create(path: string, body: unknown): Promise<string> {
    const response = await this.send('POST', path, body);
    await this.read('POST', path, response);
    return response.headers.get('location')?.split('/').at(-1) ?? '';
  }

  async put(path: string, body: unknown = {}): Promise<void> {
    await this.read('PUT', path, await this.send('PUT', path, body));
  }

  async delete(path: string, body?: unknown): Promise<void> {
    await this.read('DELETE', path, await this.send('DELETE', path, body));
  }

  /** `path` is inside the realm; `/` alone is the realm itself, `//` the list of realms. */
  private async send(method: string, path: string, body?: unknown): Promise<Response> {
    const base = `${this.login.keycloakUrl}/admin/realms`;
    const url = path === '//' ? base : `${base}/${encodeURIComponent(this.realm)}${path === '/' ? '' : path}`;
    return fetch(url, {
      method,
      headers: { authorization: `Bearer ${await this.accessToken()}`, 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  }

  private async read<T>(method: string, path: string, response: Response): Promise<T> {
    const text = await response.text();
    if (!response.ok) {
      throw new Error(`Keycloak answered ${method} ${path} with ${response.status}: ${text.slice(0, 300)}`);
    }
    return (text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : undefined) as T;
  }

  private async accessToken(): Promise<string> {
    if (this.token !== undefined && Date.now() < this.token.until) return this.token.value;
    const { keycloakUrl, admin } = this.login;
    const response = await fetch(`${keycloakUrl}/realms/master/protocol/openid-connect/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'password', client_id: 'admin-cli', ...admin }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const body = (await response.json()) as { access_token?: string; expires_in?: number; error_description?: string };
    if (body.access_token === undefined || body.expires_in === undefined) {
      throw new Error(
        `Keycloak refused its administrator ${admin.username}: ${response.status} ${body.error_description ?? ''}`,
      );
    }
    this.token = { value: body.access_token, until: Date.now() + body.expires_in * 500 };
    return body.access_token;
  }
}
