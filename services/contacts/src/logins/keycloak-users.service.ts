import { Injectable } from '@nestjs/common';
import { AppError } from '@rapport/service-kit/errors';
import { ServiceSettings } from '@rapport/service-kit/lifecycle';
import { type DesiredLogin, mayBecomeLogin, OUR_GROUP } from './login.js';

interface User {
  readonly id: string;
  readonly username: string;
  readonly enabled: boolean;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly email?: string;
  readonly attributes?: Readonly<Record<string, readonly string[]>>;
}
interface Group {
  readonly id: string;
  readonly name: string;
}

const TIMEOUT_MS = 10_000;

/** Users and groups of the realm, through Keycloak's admin API, as svc-contacts. */
@Injectable()
export class KeycloakUsers {
  private token: { readonly value: string; readonly until: number } | undefined;
  private readonly groups = new Map<string, string>();

  constructor(private readonly settings: ServiceSettings) {}

  /** Brings the login of an employee into step; safe to repeat. Without one wanted, an earlier one is disabled. */
  async apply(employeeId: string, wanted: DesiredLogin | undefined): Promise<void> {
    const user = await this.find(employeeId, wanted?.username);
    if (!wanted) {
      if (user?.enabled) await this.send('PUT', `/users/${user.id}`, { ...user, enabled: false });
      return;
    }
    const { groups, ...account } = wanted;
    const id = user?.id ?? (await this.create(account));
    if (user && !inStep(user, wanted)) {
      await this.send('PUT', `/users/${id}`, {
        ...user,
        ...account,
        attributes: { ...user.attributes, ...account.attributes },
      });
    }
    await this.joinGroups(id, groups);
  }

  /** By the employee first: his username may have changed. */
  private async find(employeeId: string, username: string | undefined): Promise<User | undefined> {
    const [known] = await this.read<User[]>(`/users?briefRepresentation=false&q=employee_id:${employeeId}`);
    if (known || username === undefined) return known;
    const [namesake] = await this.read<User[]>(
      `/users?briefRepresentation=false&exact=true&username=${encodeURIComponent(username)}`,
    );
    if (namesake && !mayBecomeLogin(namesake))
      throw new AppError('INVALID_ARGUMENT', 'LOGIN_REFUSED', 'The username belongs to a program.', { employeeId });
    return namesake;
  }

  private async create(account: Omit<DesiredLogin, 'groups'>): Promise<string> {
    const response = await this.send('POST', '/users', { ...account, emailVerified: true });
    return response.headers.get('location')?.split('/').at(-1) ?? '';
  }

  private async joinGroups(userId: string, wanted: readonly string[]): Promise<void> {
    const held = await this.read<Group[]>(`/users/${userId}/groups?briefRepresentation=true&max=1000`);
    const names = new Set(held.map(({ name }) => name));
    for (const name of wanted) {
      if (!names.has(name)) await this.send('PUT', `/users/${userId}/groups/${await this.group(name)}`);
    }
    for (const { id, name } of held) {
      if (OUR_GROUP.test(name) && !wanted.includes(name)) await this.send('DELETE', `/users/${userId}/groups/${id}`);
    }
  }

  private async group(name: string): Promise<string> {
    const cached = this.groups.get(name);
    if (cached) return cached;
    const id = (await this.findGroup(name)) ?? (await this.createGroup(name));
    this.groups.set(name, id);
    return id;
  }

  private async findGroup(name: string): Promise<string | undefined> {
    const found = await this.read<Group[]>(`/groups?exact=true&search=${name}`);
    return found.find((group) => group.name === name)?.id;
  }

  /** Two at once may make the same group: the one that comes second finds it. */
  private async createGroup(name: string): Promise<string> {
    const response = await this.request('POST', '/groups', { name });
    if (response.ok) return response.headers.get('location')?.split('/').at(-1) ?? '';
    const id = response.status === 409 ? await this.findGroup(name) : undefined;
    if (!id) throw await refused(`POST /groups (${name})`, response);
    return id;
  }

  private async read<T>(path: string): Promise<T> {
    return (await (await this.send('GET', path)).json()) as T;
  }

  private async send(method: string, path: string, body?: unknown): Promise<Response> {
    const response = await this.request(method, path, body);
    if (!response.ok) throw await refused(`${method} ${path.split('?')[0]}`, response);
    return response;
  }

  private async request(method: string, path: string, body?: unknown): Promise<Response> {
    const { KEYCLOAK_URL, KEYCLOAK_REALM } = this.settings.config;
    const headers = { authorization: `Bearer ${await this.accessToken()}`, 'content-type': 'application/json' };
    return this.fetch(`${KEYCLOAK_URL}/admin/realms/${KEYCLOAK_REALM}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  private async accessToken(): Promise<string> {
    if (this.token && Date.now() < this.token.until) return this.token.value;
    const { KEYCLOAK_URL, KEYCLOAK_REALM, OIDC_CLIENT_SECRET } = this.settings.config;
    const response = await this.fetch(`${KEYCLOAK_URL}/realms/${KEYCLOAK_REALM}/protocol/openid-connect/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: `svc-${this.settings.name}`,
        client_secret: OIDC_CLIENT_SECRET,
      }),
    });
    if (!response.ok) throw await refused('the token of svc-contacts', response);
    const { access_token: value, expires_in: seconds } = (await response.json()) as {
      access_token: string;
      expires_in: number;
    };
    this.token = { value, until: Date.now() + (seconds * 1000) / 2 };
    return value;
  }

  private async fetch(url: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
    } catch (cause) {
      throw new AppError('UNAVAILABLE', 'KEYCLOAK_UNAVAILABLE', 'Keycloak does not answer.', {}, [], { cause });
    }
  }
}

function inStep(user: User, { username, enabled, firstName, lastName, email, attributes }: DesiredLogin): boolean {
  const same =
    user.username === username &&
    user.enabled === enabled &&
    user.firstName === firstName &&
    user.lastName === lastName;
  const held = (name: string): string => JSON.stringify(user.attributes?.[name] ?? []);
  return (
    same &&
    (user.email ?? '') === (email ?? '').toLowerCase() &&
    Object.entries(attributes).every(([name, values]) => held(name) === JSON.stringify(values))
  );
}

/** What the surroundings cause is tried again; a login that Keycloak refuses for what it is becomes a dead letter. */
async function refused(what: string, response: Response): Promise<AppError> {
  const detail = (await response.text()).slice(0, 300);
  const message = `Keycloak answered ${what} with ${response.status}: ${detail}`;
  const passing = response.status >= 500 || [401, 403, 409, 429].includes(response.status);
  return passing
    ? new AppError('UNAVAILABLE', 'KEYCLOAK_REFUSED', message)
    : new AppError('INVALID_ARGUMENT', 'LOGIN_REFUSED', message);
}
