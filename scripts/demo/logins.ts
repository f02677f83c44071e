// Gives the demo company's people their passwords and roles. Keycloak is master
// of both, so this is done there, as an administrator would do it; the users
// themselves are made by contacts when an employee with a username appears.
import { setTimeout as sleep } from 'node:timers/promises';
import { AdminApi } from '../../deploy/keycloak/admin-api.ts';
import { createLogin, SERVICE_PRINCIPAL } from '../../deploy/keycloak/logins.ts';
import type { Addresses, Login } from '../rest-client.ts';
import { branches, departments, employees, programUsers } from './company.ts';

/** How long contacts may take to make the users. */
const REACTION_MS = 60_000;

export interface DemoLogin extends Login {
  readonly roles: string[];
  readonly branch: string;
  readonly department: string;
}

export async function setUpLogins(
  addresses: Addresses,
  admin: { readonly username: string; readonly password: string },
  password: string,
): Promise<DemoLogin[]> {
  const api = new AdminApi({ keycloakUrl: addresses.keycloak, admin }, addresses.realm);
  for (const { username, roles } of programUsers) {
    await createLogin(api, { username, password, roles, attributes: SERVICE_PRINCIPAL });
  }
  for (const { username, roles } of employees) {
    const id = await userOf(api, username);
    await api.put(`/users/${id}/reset-password`, { type: 'password', value: password, temporary: false });
    await createLogin(api, { username, password, roles, attributes: {} });
  }
  const nameOf = (items: readonly { key: string; name: string }[], key: string): string =>
    items.find((item) => item.key === key)?.name ?? '';
  return [
    ...employees.map(({ username, roles, branch, department }) => ({
      username,
      password,
      roles: [...roles],
      branch: nameOf(branches, branch),
      department: nameOf(departments, department),
    })),
    ...programUsers.map(({ username, roles }) => ({
      username,
      password,
      roles: [...roles],
      branch: '',
      department: '',
    })),
  ];
}

async function userOf(api: AdminApi, username: string): Promise<string> {
  for (const giveUpAt = Date.now() + REACTION_MS; Date.now() < giveUpAt; await sleep(250)) {
    const [user] = await api.get<{ id: string }[]>(`/users?exact=true&username=${encodeURIComponent(username)}`);
    if (user) return user.id;
  }
  throw new Error(`Employee ${username} has no Keycloak user after ${REACTION_MS / 1000} s.`);
}
