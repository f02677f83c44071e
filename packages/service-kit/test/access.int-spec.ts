import { randomBytes } from 'node:crypto';
import { createServer, request as httpRequest, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Authenticator, checkRule, ServiceClient } from '@rapport/service-kit/access';
import { contracts } from '@rapport/service-kit/contracts';
import { testServers } from '@rapport/test-kit/config';
import { AdminApi } from '../../../deploy/keycloak/admin-api.ts';
import { createLogin, employeeAttributes, SERVICE_PRINCIPAL, takeRole } from '../../../deploy/keycloak/logins.ts';
import { applyRealm, type WantedRealm } from '../../../deploy/keycloak/realm.ts';

// Real: Keycloak with the realm, the matrix and the tokens it mints. Moved by hand: this process's clock.

const { keycloak } = testServers();
const realm = `access-${randomBytes(4).toString('hex')}`;
const PASSWORD = 'a password of tests';
const ROLES = [
  ...['seller', 'department-head', 'branch-director', 'top-manager', 'accountant', 'marketer', 'quality'],
  ...['service-engineer', 'secretary', 'administrator', 'importer', 'bi'],
];
const clients = [
  'gateway',
  ...['contacts', 'deals', 'billing', 'marketing', 'quality', 'analytics'].map((name) => `svc-${name}`),
];
const wanted: WantedRealm = {
  keycloakUrl: keycloak.url,
  admin: { username: keycloak.adminUsername, password: keycloak.adminPassword },
  realm,
  clientSecrets: Object.fromEntries(clients.map((name) => [name, `secret of ${name}`])),
  publicUrl: 'http://127.0.0.1:3000',
  cli: true,
  users: { admin: { password: PASSWORD }, importer: { password: PASSWORD } },
};
const settings = { keycloakUrl: keycloak.url, realm, allowedAzp: ['rapport-demo-cli', 'svc-deals', 'svc-contacts'] };
const api = new AdminApi(wanted, realm);
const ids = new Map<string, string>();

const uuid = (n: number): string => `01981111-0000-7000-8000-${String(n).padStart(12, '0')}`;
const employee = employeeAttributes({
  employeeId: uuid(1),
  branchIds: [uuid(2)],
  departmentPaths: [`${uuid(3)}/${uuid(4)}/${uuid(5)}`],
  homeBranchId: uuid(2),
  homeDepartmentId: uuid(5),
});

beforeAll(async () => {
  await applyRealm(wanted);
  for (const role of ROLES) {
    const login = { username: `test-${role}`, password: PASSWORD, roles: [role], attributes: employee };
    ids.set(role, await createLogin(api, login));
  }
}, 180_000);

afterAll(async () => {
  await api.delete('/');
});

async function login(username: string, client = 'rapport-demo-cli'): Promise<string> {
  const response = await fetch(`${keycloak.url}/realms/${realm}/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'password', client_id: client, username, password: PASSWORD }),
  });
  const body = (await response.json()) as { access_token?: string; error?: string };
  if (body.access_token === undefined) throw new Error(body.error);
  return body.access_token;
}

/** An authenticator whose clock can be moved on. */
function authenticatorAt(over: Partial<typeof settings & { issuerUrl: string }> = {}) {
  let ahead = 0;
  const authenticator = new Authenticator({ ...settings, ...over }, () => Date.now() + ahead);
  return { authenticator, later: (seconds: number) => (ahead += seconds * 1000) };
}

async function gatewayAuthz(): Promise<string> {
  const [gateway] = await api.get<{ id: string }[]>('/clients?clientId=gateway');
  return `/clients/${gateway?.id ?? ''}/authz/resource-server`;
}

/** What an administrator does in Keycloak's console for one person. */
async function grantByHand(name: string, userId: string, resource: string, scopes: string[]): Promise<void> {
  const path = await gatewayAuthz();
  const policy = await api.post<{ id: string }>(`${path}/policy/user`, { name, users: [userId] });
  await api.post(`${path}/permission/scope`, {
    name: `${name}: permission`,
    resources: [resource],
    scopes,
    policies: [policy.id],
  });
}

describe('the realm', () => {
  it('applied again changes nothing', async () => {
    const { changes } = await applyRealm(wanted);
    expect(changes).toEqual([]);
  });

  it('is mended where it was changed by hand, and keeps what was added', async () => {
    const path = await gatewayAuthz();
    await grantByHand('Added by hand', ids.get('secretary') ?? '', 'contacts.person', ['read:personal_profile']);
    const [policy] = await api.get<{ id: string }[]>(
      `${path}/policy?name=${encodeURIComponent('default:bi:deals.deal')}`,
    );
    await api.delete(`${path}/policy/${policy?.id ?? ''}`);
    const { changes } = await applyRealm(wanted);
    expect(changes).toEqual(['policy default:bi:deals.deal: missing']);
    const { grants } = await authenticatorAt().authenticator.authenticate(await login('test-secretary'));
    expect(grants.readable('contacts.person', 'personal_profile')).toBe(true);
  });

  it('takes up scopes that a resource did not have, and drops those that it has no more', async () => {
    const path = await gatewayAuthz();
    const find = async () => {
      const [found] = await api.get<{ _id: string; name: string; type: string; scopes: { name: string }[] }[]>(
        `${path}/resource?name=deals.deal&exactName=true&deep=true`,
      );
      return { ...found!, scopes: found!.scopes.map(({ name }) => ({ name })) };
    };
    const before = await find();
    const other = before.scopes.map(({ name }) => ({ name: name === 'read:cost' ? 'read:bank_details' : name }));
    await api.put(`${path}/resource/${before._id}`, { ...before, scopes: other });
    const { changes } = await applyRealm(wanted);
    // Keycloak took the scope from the permissions too: those of the matrix come back, one line each.
    expect(changes).toContainEqual(expect.stringMatching(/^resource deals\.deal: /));
    expect(new Set((await find()).scopes.map(({ name }) => name))).toEqual(
      new Set(before.scopes.map(({ name }) => name)),
    );
    const { grants } = await authenticatorAt().authenticator.authenticate(await login('test-branch-director'));
    expect(grants.readable('deals.deal', 'cost')).toBe(true);
  });

  it('refuses to be applied beside a negative policy', async () => {
    const path = await gatewayAuthz();
    const policy = await api.post<{ id: string }>(`${path}/policy/user`, {
      name: 'All but him',
      logic: 'NEGATIVE',
      users: [ids.get('bi')],
    });
    await expect(applyRealm(wanted)).rejects.toThrow(/All but him/);
    await api.delete(`${path}/policy/${policy.id}`);
  });
});

describe('the exchanged token', () => {
  it('of every default role is 12 KB at most', async () => {
    const { authenticator } = authenticatorAt();
    const sizes: Record<string, number> = {};
    for (const role of ROLES)
      sizes[role] = (await authenticator.authenticate(await login(`test-${role}`))).token.length;
    console.log(`Bytes of the exchanged tokens: ${JSON.stringify(sizes)}`);
    expect(Object.values(sizes).filter((size) => size > 12 * 1024)).toEqual([]);
  });

  it('says who he is and what he may', async () => {
    const { principal, grants, masks } = await authenticatorAt().authenticator.authenticate(await login('test-seller'));
    expect(principal).toMatchObject({
      kind: 'employee',
      employeeId: uuid(1),
      branchIds: [uuid(2)],
      homeDepartmentId: uuid(5),
    });
    expect(grants.widest('deals.deal', 'win')).toBe('own');
    expect(grants.may('contacts.branch', 'create')).toBe(false);
    expect(masks.readable(contracts.message('rapport.deals.v1.Deal'), 'margin')).toBeUndefined();
  });

  it('of the two logins that every realm has is a service’s', async () => {
    const { authenticator } = authenticatorAt();
    const importer = await authenticator.authenticate(await login('importer'));
    expect(importer.principal).toMatchObject({ kind: 'service', branchIds: [] });
    expect(importer.grants.may('deals.deal', 'import')).toBe(true);
    expect(() => checkRule(importer, contracts.method('/rapport.event.v1.EventJournalService/ReplayEvents'))).toThrow(
      expect.objectContaining({ reason: 'NOT_PERMITTED' }),
    );
  });

  it('loses a right within 30 seconds of its being denied to one person', async () => {
    const { authenticator, later } = authenticatorAt();
    const token = await login('test-branch-director');
    expect((await authenticator.authenticate(token)).grants.widest('deals.deal', 'win')).toBe('branch');
    const director = ids.get('branch-director') ?? '';
    await grantByHand('Wins no more', director, 'deals.deal', ['deny:win@branch', 'deny:read:cost']);
    later(30);
    const { grants } = await authenticator.authenticate(token);
    expect(grants.widest('deals.deal', 'win')).toBeUndefined();
    expect(grants.readable('deals.deal', 'cost')).toBe(false);
    expect(grants.widest('deals.deal', 'lose')).toBe('branch');
  });

  it('loses the rights of a role within 30 seconds of its being taken', async () => {
    const { authenticator, later } = authenticatorAt();
    const token = await login('test-marketer');
    expect((await authenticator.authenticate(token)).grants.widest('contacts.person', 'read')).toBe('all');
    await takeRole(api, ids.get('marketer') ?? '', 'marketer');
    later(30);
    expect((await authenticator.authenticate(token)).grants.may('contacts.person', 'read')).toBe(false);
  });

  it('is refused once the person was disabled', async () => {
    const { authenticator, later } = authenticatorAt();
    const token = await login('test-quality');
    await authenticator.authenticate(token);
    const path = `/users/${ids.get('quality') ?? ''}`;
    await api.put(path, { ...(await api.get<object>(path)), enabled: false });
    later(30);
    await expect(authenticator.authenticate(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('of somebody without any right is no fault: he has none', async () => {
    await createLogin(api, { username: 'nobody', password: PASSWORD, roles: [], attributes: SERVICE_PRINCIPAL });
    const { grants } = await authenticatorAt().authenticator.authenticate(await login('nobody'));
    expect(grants.may('contacts.branch', 'read')).toBe(false);
  });
});

describe('a token is refused', () => {
  it('of a client that is not on the list, plain and exchanged', async () => {
    await api.create('/clients', {
      clientId: 'stranger',
      publicClient: true,
      directAccessGrantsEnabled: true,
      defaultClientScopes: ['rapport-identity'],
    });
    const plain = await login('test-seller', 'stranger');
    const { token } = await authenticatorAt({ allowedAzp: ['stranger'] }).authenticator.authenticate(plain);
    expect(token).not.toBe(plain);
    for (const shown of [plain, token]) {
      await expect(authenticatorAt().authenticator.authenticate(shown)).rejects.toMatchObject({
        reason: 'TOKEN_INVALID',
      });
    }
  });

  it('of admin-cli: it gives none in this realm', async () => {
    await expect(login('test-seller', 'admin-cli')).rejects.toThrow('unauthorized_client');
  });

  it('of an employee whose identity is incomplete', async () => {
    const attributes = { ...employee, home_branch_id: [] };
    await createLogin(api, { username: 'half', password: PASSWORD, roles: ['seller'], attributes });
    await expect(authenticatorAt().authenticator.authenticate(await login('half'))).rejects.toMatchObject({
      reason: 'IDENTITY_INCOMPLETE',
    });
  });
});

describe('a service acting by itself', () => {
  const service = (clientId: string): ServiceClient =>
    new ServiceClient(
      { keycloakUrl: keycloak.url, realm, clientId, clientSecret: `secret of ${clientId}` },
      authenticatorAt().authenticator,
    );

  it('has its own row of the matrix', async () => {
    const context = await service('svc-deals').serviceContext({ resource: 'deals.deal', action: 'update' });
    expect(context.principal).toMatchObject({ kind: 'service', azp: 'svc-deals' });
    expect(context.grants.widest('deals.deal', 'update')).toBe('all');
    expect(checkRule(context, contracts.method('/rapport.event.v1.EventJournalService/DigestEvents')).action).toBe(
      'read',
    );
    await expect(
      service('svc-deals').serviceContext({ resource: 'billing.invoice', action: 'read' }),
    ).rejects.toMatchObject({
      reason: 'NOT_PERMITTED',
    });
  });

  it('manages users as contacts, and nothing else of the realm', async () => {
    const own = await fetch(`${keycloak.url}/realms/${realm}/protocol/openid-connect/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: 'svc-contacts',
        client_secret: 'secret of svc-contacts',
      }),
    });
    const { access_token: token } = (await own.json()) as { access_token: string };
    const ask = async (path: string): Promise<number> =>
      (await fetch(`${keycloak.url}/admin/realms/${realm}${path}`, { headers: { authorization: `Bearer ${token}` } }))
        .status;
    expect(await ask('/users?max=1')).toBe(200);
    expect(await ask('/clients')).toBe(403);
  });
});

describe('Keycloak out of reach', () => {
  it('serves what it said last to its maximum age, then nothing', async () => {
    const road = await openRoad();
    const { authenticator, later } = authenticatorAt({ keycloakUrl: road.url, issuerUrl: keycloak.url });
    const token = await login('test-seller');
    await authenticator.authenticate(token);
    await road.close();
    later(200);
    expect((await authenticator.authenticate(token)).grants.widest('deals.deal', 'read')).toBe('own');
    await expect(authenticator.authenticate(await login('test-bi'))).rejects.toMatchObject({
      reason: 'KEYCLOAK_UNAVAILABLE',
    });
    later(120);
    await expect(authenticator.authenticate(token)).rejects.toMatchObject({
      reason: expect.stringMatching(/TOKEN_EXPIRED|KEYCLOAK_UNAVAILABLE/),
    });
  });
});

/** A road to Keycloak that can be cut, while Keycloak itself stays up for the other suites. */
async function openRoad(): Promise<{ url: string; close: () => Promise<void> }> {
  const server: Server = createServer((request, response) => {
    const { method, url, headers } = request;
    const onward = httpRequest(`${keycloak.url}${url ?? ''}`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
