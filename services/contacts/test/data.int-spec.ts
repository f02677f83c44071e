import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serviceConfig, loadConfig } from '@rapport/service-kit/config';
import { audit, newRow, nextVersion, outbox, participants, sql } from '@rapport/service-kit/data';
import { ServiceSettings } from '@rapport/service-kit/lifecycle';
import { caller, contextOf } from '@rapport/test-kit/callers';
import { TestDatabase } from '@rapport/test-kit/service-database';
import { Data } from '../src/prisma.service.js';
import { toColumns, toProto } from '../src/counterparties/counterparties.mapper.js';
import { counterpartyCreated } from '../src/counterparties/counterparties.events.js';
import { counterparty } from './world.js';

// The kit's promises about data, on this service's models: real PostgreSQL, no transport.

const id = (n: number): string => `01981111-0000-7000-8000-${String(n).padStart(12, '0')}`;
const RULE = { resource: 'contacts.counterparty', action: 'update' };

let database: TestDatabase;
let data: Data;
beforeAll(async () => {
  database = await TestDatabase.make('contacts');
  const environment = {
    HEALTH_PORT: '0',
    GRPC_PORT: '0',
    DATABASE_URL: database.appUrl,
    NATS_URL: 'nats://127.0.0.1:1',
    KEYCLOAK_URL: 'http://127.0.0.1:1',
    OIDC_CLIENT_SECRET: 'no secret of anybody',
    ALLOWED_AZP: 'tests',
    PAGE_TOKEN_SECRET: 'no secret of anybody',
  };
  data = new Data(new ServiceSettings('contacts', loadConfig(serviceConfig(), environment)));
  const admin = contextOf(everything, { resource: 'contacts.counterparty', action: 'import' });
  await data.visibleTo(admin).transaction(async (tx) => {
    await tx.counterparty.createMany({
      data: [1, 2, 3].map((n) => ({
        ...row(n),
        id: id(n),
        ownerId: id(10 + n),
        departmentId: id(20 + n),
        branchId: id(30 + n),
      })),
    });
  });
}, 60_000);
afterAll(async () => {
  await data.disconnect();
  await database.drop();
});

const everything = caller({
  program: true,
  may: { 'contacts.counterparty': ['read@all', 'update@all', 'import'], 'contacts.person': ['read@all'] },
});
const row = (n: number) => ({
  ...newRow(contextOf(everything, RULE), { externalId: undefined }),
  ...toColumns(counterparty({ displayName: `c${n}` })),
});
const employee = (scopes: readonly string[], of = 1) =>
  caller({
    may: { 'contacts.counterparty': scopes },
    employeeId: id(10 + of),
    branchIds: [id(30 + of)],
    departmentPaths: [id(20 + of)],
  });
const seenBy = async (who: ReturnType<typeof caller>, action = 'read'): Promise<string[]> =>
  (
    await data.visibleTo(contextOf(who, { ...RULE, action })).counterparty.findMany({ orderBy: { displayName: 'asc' } })
  ).map(({ displayName }) => displayName);

describe('predicates', () => {
  it.each([
    ['nothing granted', [], []],
    ['another action', ['update@all'], []],
    ['own', ['read@own'], ['c1']],
    ['department', ['read@department'], ['c1']],
    ['branch', ['read@branch'], ['c1']],
    ['all', ['read@all'], ['c1', 'c2', 'c3']],
    ['the widest', ['read@own', 'read@all'], ['c1', 'c2', 'c3']],
    ['all, denied', ['read@own', 'read@all', 'deny:read@all'], ['c1']],
  ])('%s', async (_, scopes, expected) => {
    const who = employee(scopes);
    expect(await seenBy(who)).toEqual(expected);
    const rows = data.visibleTo(contextOf(who, RULE)).counterparty;
    expect(await rows.count({})).toBe(expected.length);
    expect((await rows.aggregate({ _count: true }))._count).toBe(expected.length);
    expect(await rows.findUnique({ where: { id: id(2) } })).toEqual(expected.includes('c2') ? expect.anything() : null);
    const counted = await data
      .visibleTo(contextOf(who, RULE))
      .query<{ n: bigint }>(
        async (predicate) =>
          sql`select count(*) as n from counterparty c where ${await predicate('Counterparty', 'c')}`,
      );
    expect(Number(counted[0]?.n)).toBe(expected.length);
  });

  it('give a program all rows or none', async () => {
    expect(await seenBy(caller({ program: true, may: { 'contacts.counterparty': ['read@branch'] } }))).toEqual([]);
    expect(await seenBy(everything)).toHaveLength(3);
  });

  it('take the rpc’s own scope for changes, whatever the read scope', async () => {
    const who = employee(['read@all', 'update@own', 'transfer@branch']);
    const change = (action: string) =>
      data
        .visibleTo(contextOf(who, { ...RULE, action }))
        .counterparty.updateMany({ where: {}, data: { industry: action } });
    expect(await change('update')).toEqual({ count: 1 });
    expect(await change('transfer')).toEqual({ count: 1 });
    expect(await change('delete')).toEqual({ count: 0 });
  });

  it('reach children through their parent alone', async () => {
    const who = caller({ may: { 'contacts.person': ['read@own'] }, employeeId: id(11) });
    const places = data.visibleTo(contextOf(who, { resource: 'contacts.person', action: 'read' })).affiliation;
    expect(await places.findMany({})).toEqual([]);
  });
});

describe('participants', () => {
  it('are let in for what they are asked to do, for so long, and taken off again', async () => {
    const who = employee(['read@own', 'update@own'], 2);
    const set = (...wanted: Parameters<typeof participants.set>[3]) =>
      data
        .visibleTo(contextOf(everything, RULE))
        .transaction((tx) => participants.set(tx, 'contacts.counterparty', id(1), wanted));
    const change = () =>
      data.visibleTo(contextOf(who, RULE)).counterparty.updateMany({ where: { id: id(1) }, data: { note: '' } });
    await set({ employeeId: id(12), verbs: ['read'] });
    expect(await seenBy(who)).toEqual(['c1', 'c2']);
    expect(await change()).toEqual({ count: 0 });
    await set({ employeeId: id(12), verbs: ['read', 'update'] });
    expect(await change()).toEqual({ count: 1 });
    await set({ employeeId: id(12), verbs: ['read'], until: new Date(Date.now() - 1_000) });
    expect(await seenBy(who)).toEqual(['c2']);
    await set({ departmentId: id(22), verbs: ['read'] });
    expect(await seenBy(who)).toEqual(['c1', 'c2']);
    await set();
    expect(await seenBy(who)).toEqual(['c2']);
  });
});

describe('what is refused', () => {
  const rows = () => data.visibleTo(contextOf(everything, RULE)).counterparty;

  it.each([
    ['include', () => rows().findMany({ include: { children: true } })],
    ['select', () => rows().findMany({ select: { parent: { select: { note: true } } } })],
    ['where', () => rows().findMany({ where: { parent: { note: 'x' } } })],
    [
      'where within NOT',
      () => rows().findMany({ where: { NOT: [{ affiliations: { some: { person: { note: 'x' } } } }] } }),
    ],
    ['orderBy', () => rows().findMany({ orderBy: { parent: { note: 'asc' } } })],
    [
      'data',
      () =>
        rows().create({
          data: {
            ...row(9),
            ownerId: id(1),
            departmentId: id(1),
            branchId: id(1),
            parent: { connect: { id: id(1) } },
          } as never,
        }),
    ],
    ['_count', () => rows().findMany({ include: { _count: { select: { children: true } } } })],
    [
      'through a child',
      () =>
        data
          .visibleTo(contextOf(everything, RULE))
          .person.findMany({ include: { affiliations: { include: { counterparty: true } } } }),
    ],
  ])('a relation to other rows in %s', async (_, query) => {
    await expect(query()).rejects.toThrow('leads to rows with rights of their own');
  });

  it('an undefined condition, which would mean every row', async () => {
    await expect(rows().updateMany({ where: { id: undefined as never }, data: { note: 'x' } })).rejects.toThrow(
      'undefined',
    );
  });

  it('operations that no predicate can be added to', () => {
    const all = rows() as unknown as Record<string, unknown>;
    for (const name of ['update', 'upsert', 'delete', 'deleteMany', 'findRaw']) expect(all[name]).toBeUndefined();
  });

  it('SQL without a predicate', async () => {
    await expect(data.visibleTo(contextOf(everything, RULE)).query(async () => sql`select 1`)).rejects.toThrow(
      'without a row predicate',
    );
  });

  it('a row that no event can carry, with everything written beside it', async () => {
    const write = data.visibleTo(contextOf(everything, RULE)).transaction(async (tx) => {
      const [found] = await tx.counterparty.updateManyAndReturn({
        where: { id: id(1) },
        data: { note: 'x'.repeat(1_100_000), ...nextVersion(new Date()) },
      });
      const after = toProto(found!);
      await audit.write(tx, 'contacts.counterparty', { after });
      await outbox.add(tx, counterpartyCreated(after));
    });
    await expect(write).rejects.toMatchObject({ reason: 'TOO_LARGE' });
    expect(await database.rows(`select 1 from kit.audit_event`)).toEqual([]);
    expect(await database.rows(`select 1 from counterparty where length(note) > 10`)).toEqual([]);
  });
});

describe('transactions', () => {
  it('run again when PostgreSQL sacrificed them to a deadlock', async () => {
    let runs = 0;
    const touch = (first: number, second: number) =>
      data.visibleTo(contextOf(everything, RULE)).transaction(async (tx) => {
        runs += 1;
        await tx.counterparty.updateMany({ where: { id: id(first) }, data: { territory: `${first}` } });
        await new Promise((resolve) => setTimeout(resolve, 300));
        await tx.counterparty.updateMany({ where: { id: id(second) }, data: { territory: `${first}` } });
      });
    await Promise.all([touch(1, 2), touch(2, 1)]);
    expect(runs).toBe(3);
  }, 30_000);

  it('refuse a second event of the same version', async () => {
    const made = toProto({
      ...(await data.visibleTo(contextOf(everything, RULE)).counterparty.findFirst({ where: { id: id(3) } }))!,
    });
    const add = () =>
      data.visibleTo(contextOf(everything, RULE)).transaction((tx) => outbox.add(tx, counterpartyCreated(made)));
    await add();
    await expect(add()).rejects.toThrow();
    expect(await database.rows(`select version from kit.outbox_event where aggregate_id = $1`, [id(3)])).toEqual([
      { version: 1 },
    ]);
  });
});
