import { AdminApi, type AdminLogin } from './admin-api.ts';
import { type AuthorizationSettings, desiredSettings, type PolicyRepresentation } from './authorization.ts';
import {
  CLI_CLIENT,
  type ClientRepresentation,
  clients,
  IDENTITY_SCOPE,
  identityMappers,
  type MapperRepresentation,
  realmSettings,
  RESOURCE_SERVER,
} from './definition.ts';
import { driftOf, refuseNegative } from './drift.ts';
import { createLogin, SERVICE_PRINCIPAL } from './logins.ts';
import { type Matrix, readMatrix } from './matrix.ts';
import { deriveResources } from './scopes.ts';

/** What `applyRealm` needs to know. */
export interface WantedRealm extends AdminLogin {
  readonly realm: string;
  /** Of `gateway` and each `svc-*`; `rapport-web` may have its own. */
  readonly clientSecrets: Readonly<Record<string, string>>;
  /** Address of the gateway as browsers see it. */
  readonly publicUrl: string;
  /** Adds the client with the password grant: never where the chart installs. */
  readonly cli: boolean;
  /** Passwords of the bootstrap administrator and the importer, set when they are made. */
  readonly users: { readonly admin: { readonly password: string }; readonly importer: { readonly password: string } };
}

export interface AppliedRealm {
  /** The client that scripts log in with; absent without `cli`. */
  readonly clientId?: string;
  /** The two logins that every realm has. */
  readonly users: { readonly username: string; readonly password: string; readonly roles: string[] }[];
  /** One line for each thing that was made or changed; empty when all was in step. */
  readonly changes: string[];
}

const USER_MANAGEMENT = ['manage-users', 'view-users', 'query-users', 'query-groups'];

/**
 * Makes the realm, or brings it into step with the contracts and the access
 * matrix. Overwrites only what it made: objects of `default:*` and what the
 * contracts name. Safe to repeat; the second time changes nothing.
 */
export async function applyRealm(wanted: WantedRealm): Promise<AppliedRealm> {
  const matrix = readMatrix(deriveResources());
  const api = new AdminApi(wanted, wanted.realm);
  const changes: string[] = [];
  await applySettings(api, changes);
  await applyRoles(api, matrix, changes);
  const identityScope = await applyIdentityScope(api, changes);
  const ids = await applyClients(api, clients(wanted, matrix.clients), identityScope, changes);
  const users = [
    { username: 'admin', password: wanted.users.admin.password, roles: ['administrator'] },
    { username: 'importer', password: wanted.users.importer.password, roles: ['importer'] },
  ];
  // Importing the policies takes Keycloak longer than all the rest, and neither needs the other.
  await Promise.all([
    applyAuthorization(api, idOf(ids, RESOURCE_SERVER), matrix, changes),
    applyServiceAccounts(api, ids, matrix.clients, changes).then(async () => {
      for (const user of users) await createLogin(api, { ...user, attributes: SERVICE_PRINCIPAL });
    }),
  ]);
  return { clientId: wanted.cli ? CLI_CLIENT : undefined, users, changes };
}

/** What Keycloak holds of the rights now, and what it should hold. */
export async function readAuthorization(
  api: AdminApi,
): Promise<{ desired: AuthorizationSettings; actual: AuthorizationSettings }> {
  const resources = deriveResources();
  const desired = desiredSettings(resources, readMatrix(resources));
  const [gateway] = await api.get<{ id: string }[]>(`/clients?clientId=${RESOURCE_SERVER}`);
  if (gateway === undefined) throw new Error(`The realm ${api.realm} has no client ${RESOURCE_SERVER}.`);
  return { desired, actual: await exportSettings(api, gateway.id) };
}

async function applySettings(api: AdminApi, changes: string[]): Promise<void> {
  const wanted = realmSettings(api.realm);
  const held = await api.find<Record<string, unknown>>('/');
  if (held === undefined) {
    await api.create('//', wanted);
    changes.push(`realm ${api.realm}: made`);
  } else if (differing(held, wanted).length > 0) {
    await api.put('/', wanted);
    changes.push(`realm ${api.realm}: ${differing(held, wanted).join(', ')}`);
  }
  const profile = await api.get<Record<string, unknown>>('/users/profile');
  if (profile.unmanagedAttributePolicy !== 'ADMIN_EDIT') {
    // Identity attributes are the administrators' and contacts' to set, never the person's own.
    await api.put('/users/profile', { ...profile, unmanagedAttributePolicy: 'ADMIN_EDIT' });
    changes.push('user profile: identity attributes');
  }
}

async function applyRoles(api: AdminApi, { roles }: Matrix, changes: string[]): Promise<void> {
  const held = new Set((await api.get<{ name: string }[]>('/roles?max=1000')).map(({ name }) => name));
  for (const name of roles.filter((role) => !held.has(role))) {
    await api.create('/roles', { name });
    changes.push(`role ${name}: made`);
  }
}

/** Returns the scope's id. */
async function applyIdentityScope(api: AdminApi, changes: string[]): Promise<string> {
  const scopes =
    await api.get<{ id: string; name: string; protocolMappers?: (MapperRepresentation & { id: string })[] }[]>(
      '/client-scopes',
    );
  const wanted = identityMappers();
  const scope = scopes.find(({ name }) => name === IDENTITY_SCOPE);
  if (scope === undefined) {
    const id = await api.create('/client-scopes', {
      name: IDENTITY_SCOPE,
      description: 'Who calls: the claims that row scopes are measured by',
      protocol: 'openid-connect',
      attributes: { 'include.in.token.scope': 'false', 'display.on.consent.screen': 'false' },
      protocolMappers: wanted,
    });
    changes.push(`client scope ${IDENTITY_SCOPE}: made`);
    return id;
  }
  const held = new Map((scope.protocolMappers ?? []).map((mapper) => [mapper.name, mapper]));
  const path = `/client-scopes/${scope.id}/protocol-mappers/models`;
  for (const mapper of wanted) {
    const known = held.get(mapper.name);
    if (
      known !== undefined &&
      known.protocolMapper === mapper.protocolMapper &&
      differing(known.config, mapper.config).length === 0
    )
      continue;
    if (known === undefined) await api.create(path, mapper);
    else await api.put(`${path}/${known.id}`, { ...mapper, id: known.id });
    changes.push(`claim ${mapper.name}`);
  }
  return scope.id;
}

async function applyClients(
  api: AdminApi,
  wanted: readonly ClientRepresentation[],
  identityScope: string,
  changes: string[],
): Promise<ReadonlyMap<string, string>> {
  const held =
    await api.get<({ id: string; directAccessGrantsEnabled?: boolean } & ClientRepresentation)[]>('/clients?max=1000');
  const ids = new Map(held.map(({ clientId, id }) => [clientId, id]));
  for (const client of wanted) {
    const known = held.find(({ clientId }) => clientId === client.clientId);
    if (known === undefined) {
      ids.set(client.clientId, await api.create('/clients', client));
      changes.push(`client ${client.clientId}: made`);
      continue;
    }
    if (!(known.defaultClientScopes as string[]).includes(IDENTITY_SCOPE)) {
      await api.put(`/clients/${known.id}/default-client-scopes/${identityScope}`);
      changes.push(`client ${client.clientId}: client scope ${IDENTITY_SCOPE}`);
    }
    const differences = differing(known, client).filter((name) => !name.endsWith('ClientScopes'));
    if (differences.length === 0) continue;
    await api.put(`/clients/${known.id}`, {
      ...known,
      ...client,
      attributes: { ...known.attributes, ...client.attributes },
    });
    changes.push(`client ${client.clientId}: ${differences.join(', ')}`);
  }
  const adminCli = held.find(({ clientId }) => clientId === 'admin-cli');
  const stock =
    adminCli ??
    (await api.get<{ id: string; directAccessGrantsEnabled?: boolean }[]>('/clients?clientId=admin-cli'))[0];
  if (stock?.directAccessGrantsEnabled) {
    // Keycloak exchanges tokens of any client, this one's without audience and subject included.
    await api.put(`/clients/${stock.id}`, { ...stock, directAccessGrantsEnabled: false });
    changes.push('client admin-cli: password grant off');
  }
  return ids;
}

async function applyAuthorization(api: AdminApi, gateway: string, matrix: Matrix, changes: string[]): Promise<void> {
  const path = `/clients/${gateway}/authz/resource-server`;
  const actual = await exportSettings(api, gateway);
  refuseNegative(actual);
  const desired = desiredSettings(deriveResources(), matrix);
  const drift = driftOf(desired, actual);
  if (drift.lines.length === 0) return;
  await api.post(`${path}/import`, drift.changed);
  // The import overwrites policies, but a resource that is there keeps the scopes that it had.
  const known = new Set(actual.resources.map(({ name }) => name));
  for (const resource of drift.changed.resources.filter(({ name }) => known.has(name))) {
    const [held] = await api.get<{ _id: string }[]>(`${path}/resource?name=${resource.name}&exactName=true`);
    await api.put(`${path}/resource/${held!._id}`, resource);
  }
  for (const name of drift.stalePolicies) await deleteNamed(api, `${path}/policy`, name);
  for (const name of drift.staleResources) await deleteNamed(api, `${path}/resource`, name);
  changes.push(...drift.lines);
  const { lines } = driftOf(desired, await exportSettings(api, gateway));
  if (lines.length > 0) throw new Error(`Keycloak took the rights, and still they differ:\n${lines.join('\n')}`);
}

async function applyServiceAccounts(
  api: AdminApi,
  ids: ReadonlyMap<string, string>,
  services: readonly string[],
  changes: string[],
): Promise<void> {
  for (const service of services) {
    const user = await api.get<{ id: string; attributes?: Record<string, string[]> }>(
      `/clients/${idOf(ids, service)}/service-account-user`,
    );
    if (service === 'svc-contacts') await letManageUsers(api, user.id, idOf(ids, 'realm-management'), changes);
    if (user.attributes?.principal?.[0] === 'service') continue;
    await api.put(`/users/${user.id}`, { ...user, attributes: { ...user.attributes, ...SERVICE_PRINCIPAL } });
    changes.push(`service account ${service}: identity`);
  }
}

/** contacts is the master of employees and writes their users and groups. */
async function letManageUsers(
  api: AdminApi,
  userId: string,
  realmManagement: string,
  changes: string[],
): Promise<void> {
  const path = `/users/${userId}/role-mappings/clients/${realmManagement}`;
  const available = await api.get<{ name: string }[]>(`${path}/available`);
  const missing = available.filter(({ name }) => USER_MANAGEMENT.includes(name));
  if (missing.length === 0) return;
  await api.post(path, missing);
  changes.push(`service account svc-contacts: ${missing.map(({ name }) => name).join(', ')}`);
}

async function exportSettings(api: AdminApi, gateway: string): Promise<AuthorizationSettings> {
  const settings = await api.get<Partial<AuthorizationSettings>>(`/clients/${gateway}/authz/resource-server/settings`);
  const policies = (settings.policies ?? []) as PolicyRepresentation[];
  return {
    allowRemoteResourceManagement: settings.allowRemoteResourceManagement ?? false,
    policyEnforcementMode: settings.policyEnforcementMode ?? '',
    decisionStrategy: settings.decisionStrategy ?? '',
    resources: settings.resources ?? [],
    scopes: settings.scopes ?? [],
    policies,
  };
}

async function deleteNamed(api: AdminApi, path: string, name: string): Promise<void> {
  const found = await api.get<{ id?: string; _id?: string; name: string }[]>(
    `${path}?name=${encodeURIComponent(name)}&max=100`,
  );
  for (const item of found.filter((it) => it.name === name)) await api.delete(`${path}/${item.id ?? item._id ?? ''}`);
}

/** Names of the wanted settings that are held with another value; lists and maps by their content, what is not wanted is left. */
function differing(held: Readonly<Record<string, unknown>>, wanted: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(wanted)
    .filter(([name, value]) => {
      if (name === 'authorizationServicesEnabled') return false; // told by the settings themselves
      const other = held[name];
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
        return differing((other ?? {}) as Record<string, unknown>, value as Record<string, unknown>).length > 0;
      }
      if (Array.isArray(value))
        return (
          JSON.stringify([...((other as unknown[] | undefined) ?? [])].sort()) !== JSON.stringify([...value].sort())
        );
      return other !== value;
    })
    .map(([name]) => name);
}

function idOf(ids: ReadonlyMap<string, string>, client: string): string {
  const id = ids.get(client);
  if (id === undefined) throw new Error(`The realm has no client ${client}.`);
  return id;
}
