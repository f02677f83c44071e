import type { AdminApi } from './admin-api.ts';

/** Somebody who can log in. */
export interface Login {
  readonly username: string;
  readonly password: string;
  /** Realm roles. */
  readonly roles: readonly string[];
  /** Identity: `principal`, and for an employee the five claims besides. */
  readonly attributes: Readonly<Record<string, readonly string[]>>;
  readonly givenName?: string;
  readonly familyName?: string;
  readonly email?: string;
}

/** Attributes of a login that is a program's, or a person's who is not employed. */
export const SERVICE_PRINCIPAL = { principal: ['service'] };

/** Attributes of an employee's login. */
export function employeeAttributes(identity: {
  employeeId: string;
  branchIds: readonly string[];
  departmentPaths: readonly string[];
  homeBranchId: string;
  homeDepartmentId: string;
}): Record<string, readonly string[]> {
  return {
    principal: ['employee'],
    employee_id: [identity.employeeId],
    branch_ids: identity.branchIds,
    department_paths: identity.departmentPaths,
    home_branch_id: [identity.homeBranchId],
    home_department_id: [identity.homeDepartmentId],
  };
}

interface UserRepresentation {
  id: string;
  attributes?: Record<string, string[]>;
}

/**
 * Makes a login, or brings its attributes and roles into step. The password is
 * set when the login is made and never again: it may have been changed since.
 * Returns the user's id.
 */
export async function createLogin(api: AdminApi, login: Login): Promise<string> {
  const query = `/users?exact=true&briefRepresentation=false&username=${encodeURIComponent(login.username)}`;
  const [known] = await api.get<UserRepresentation[]>(query);
  const id = known?.id ?? (await api.create('/users', newUser(login)));
  if (known !== undefined && !holdsAll(known.attributes ?? {}, login.attributes)) {
    const whole = await api.get<UserRepresentation>(`/users/${id}`);
    await api.put(`/users/${id}`, { ...whole, attributes: { ...whole.attributes, ...login.attributes } });
  }
  await giveRoles(api, id, login.roles);
  return id;
}

/** Takes a realm role from a login; it ends in the exchanged tokens within 30 seconds. */
export async function takeRole(api: AdminApi, userId: string, role: string): Promise<void> {
  const path = `/users/${userId}/role-mappings/realm`;
  const held = await api.get<{ name: string }[]>(path);
  const taken = held.filter(({ name }) => name === role);
  if (taken.length > 0) await api.delete(path, taken);
}

async function giveRoles(api: AdminApi, userId: string, roles: readonly string[]): Promise<void> {
  const path = `/users/${userId}/role-mappings/realm`;
  const held = new Set((await api.get<{ name: string }[]>(path)).map(({ name }) => name));
  const wanted = roles.filter((role) => !held.has(role));
  if (wanted.length === 0) return;
  const representations = await Promise.all(wanted.map((role) => api.get(`/roles/${encodeURIComponent(role)}`)));
  await api.post(path, representations);
}

function newUser(login: Login): Record<string, unknown> {
  const { username, password, attributes } = login;
  return {
    username,
    enabled: true,
    emailVerified: true,
    // Keycloak calls an account without these "not fully set up" and refuses its password.
    firstName: login.givenName ?? username,
    lastName: login.familyName ?? username,
    email: login.email ?? `${username}@example.invalid`,
    attributes,
    credentials: [{ type: 'password', value: password, temporary: false }],
  };
}

function holdsAll(held: Record<string, string[]>, wanted: Login['attributes']): boolean {
  return Object.entries(wanted).every(([name, values]) => JSON.stringify(held[name]) === JSON.stringify(values));
}
