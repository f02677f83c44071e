// Who sees what: each of the twelve roles through the gateway, against what its
// scope promises, computed from the rows that the top manager sees.
import { eventually, Platform, refusal } from './platform.js';

type Scope = 'own' | 'department' | 'branch' | 'all' | 'none';

interface Row {
  readonly id: string;
  readonly ownerId: string;
  readonly departmentId: string;
  readonly branchId: string;
}

interface RoleCase {
  readonly role: string;
  readonly username: string;
  readonly deals: Scope;
  readonly counterparties: Scope;
  readonly invoices: Scope;
  readonly complaints: Scope;
  /** Groups that are shown, of cost, bank_details and personal_profile. */
  readonly groups: readonly string[];
}

const ROLES: readonly RoleCase[] = [
  {
    role: 'seller',
    username: 'petrenko',
    deals: 'own',
    counterparties: 'own',
    invoices: 'own',
    complaints: 'own',
    groups: ['personal_profile'],
  },
  {
    role: 'department-head',
    username: 'bondarenko',
    deals: 'department',
    counterparties: 'department',
    invoices: 'department',
    complaints: 'department',
    groups: ['cost', 'bank_details', 'personal_profile'],
  },
  {
    role: 'branch-director',
    username: 'savchenko',
    deals: 'branch',
    counterparties: 'branch',
    invoices: 'branch',
    complaints: 'branch',
    groups: ['cost', 'bank_details', 'personal_profile'],
  },
  {
    role: 'top-manager',
    username: 'koval',
    deals: 'all',
    counterparties: 'all',
    invoices: 'all',
    complaints: 'all',
    groups: ['cost', 'bank_details', 'personal_profile'],
  },
  {
    role: 'accountant',
    username: 'romaniuk',
    deals: 'branch',
    counterparties: 'branch',
    invoices: 'branch',
    complaints: 'none',
    groups: ['cost', 'bank_details'],
  },
  {
    role: 'marketer',
    username: 'melnyk',
    deals: 'all',
    counterparties: 'all',
    invoices: 'none',
    complaints: 'own',
    groups: [],
  },
  {
    role: 'quality',
    username: 'tkachuk',
    deals: 'all',
    counterparties: 'all',
    invoices: 'none',
    complaints: 'all',
    groups: [],
  },
  {
    role: 'service-engineer',
    username: 'belov',
    deals: 'none',
    counterparties: 'branch',
    invoices: 'none',
    complaints: 'department',
    groups: [],
  },
  {
    role: 'secretary',
    username: 'vasylenko',
    deals: 'none',
    counterparties: 'branch',
    invoices: 'none',
    complaints: 'branch',
    groups: [],
  },
  {
    role: 'administrator',
    username: 'admin',
    deals: 'all',
    counterparties: 'all',
    invoices: 'all',
    complaints: 'all',
    groups: [],
  },
  {
    role: 'importer',
    username: 'importer',
    deals: 'all',
    counterparties: 'all',
    invoices: 'all',
    complaints: 'all',
    groups: ['cost', 'bank_details', 'personal_profile'],
  },
  {
    role: 'bi',
    username: 'bi-reader',
    deals: 'all',
    counterparties: 'all',
    invoices: 'all',
    complaints: 'all',
    groups: ['cost'],
  },
];

const COLLECTIONS = ['deals', 'counterparties', 'invoices', 'complaints'] as const;

describe.each(ROLES)('$role ($username)', (role) => {
  const platform = new Platform();
  const client = platform.as(role.username);

  it.each(COLLECTIONS)('sees the %s of his scope and no others', async (collection) => {
    const scope = role[collection];
    if (scope === 'none') {
      const refused = await refusal(client.get(`/v1/${collection}`));
      expect([refused.status, refused.reason]).toEqual([403, 'NOT_PERMITTED']);
      return;
    }
    await eventually(async () => {
      const expected = (await rows(platform, 'koval', collection)).filter(
        await inScope(platform, role.username, scope),
      );
      const seen = await rows(platform, role.username, collection);
      expect(seen.map((row) => row.id).sort()).toEqual(expected.map((row) => row.id).sort());
    }, 5_000);
  });

  it('gets 404, not 403, for a row outside his scope', async () => {
    if (role.counterparties === 'all') return;
    const within = await inScope(platform, role.username, role.counterparties);
    const foreign = (await rows(platform, 'koval', 'counterparties')).find((row) => !within(row));
    const refused = await refusal(client.get(`/v1/counterparties/${foreign?.id}`));
    expect([refused.status, refused.reason]).toEqual([404, 'COUNTERPARTY_NOT_FOUND']);
  });

  it('is shown the groups of his role and no others', async () => {
    const shown: string[] = [];
    const has = async (path: string, member: string, field: string): Promise<boolean> => {
      const page = await client.get<Record<string, object[]>>(path).catch(() => ({}) as Record<string, object[]>);
      return (page[member] ?? []).some((row) => field in row);
    };
    if (await has('/v1/products?pageSize=1000', 'products', 'cost')) shown.push('cost');
    if (await has('/v1/counterparties?pageSize=1000', 'counterparties', 'bankAccounts')) shown.push('bank_details');
    if (await has('/v1/people?pageSize=1000', 'people', 'preferences')) shown.push('personal_profile');
    expect(shown).toEqual(role.groups);
  });

  it('gets figures that count the deals credited within his scope', async () => {
    if (role.deals === 'none') {
      expect((await refusal(client.get('/v1/reports/daily-board'))).status).toBe(403);
      return;
    }
    await eventually(async () => {
      const board = await client.get<{ totals: { count: number } }>('/v1/reports/daily-board');
      // Nothing of the demo company was handed over, so owner and credited agree.
      expect(board.totals.count).toBe((await rows(platform, role.username, 'deals')).length);
    }, 5_000);
  });
});

async function rows(platform: Platform, username: string, collection: string): Promise<Row[]> {
  const all: Row[] = [];
  for await (const row of platform.as(username).list<Row>(`/v1/${collection}`, collection)) all.push(row);
  return all;
}

interface Employee {
  readonly id: string;
  readonly username: string;
  readonly branchId: string;
  readonly departmentId: string;
}

async function inScope(platform: Platform, username: string, scope: Scope): Promise<(row: Row) => boolean> {
  if (scope === 'all') return () => true;
  if (scope === 'none') return () => false;
  const importer = platform.as('importer');
  const query = new URLSearchParams({ filter: `username = "${username}"` });
  const { employees } = await importer.get<{ employees: Employee[] }>(`/v1/employees?${query}`);
  const me = employees[0] as Employee;
  if (scope === 'own') return (row) => row.ownerId === me.id;
  if (scope === 'branch') return (row) => row.branchId === me.branchId;
  const below = new Set<string>();
  for await (const department of importer.list<{ id: string; path: string[] }>('/v1/departments', 'departments')) {
    if (department.path.includes(me.departmentId)) below.add(department.id);
  }
  return (row) => row.ownerId === me.id || below.has(row.departmentId);
}
