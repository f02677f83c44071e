import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Counterparty_Kind } from '@rapport/contracts/rapport/contacts/v1/counterparty';
import type { ListCounterpartiesRequest } from '@rapport/contracts/rapport/contacts/v1/counterparties_service';
import type { Caller } from '@rapport/test-kit/callers';
import { cards, counterparty, World } from './world.js';

// Real: PostgreSQL, NATS, gRPC, the service as it runs. Instead of Keycloak: callers whose rights the test says.

let world: World;
beforeAll(async () => {
  world = await World.make();
}, 60_000);
afterAll(() => world.stop());

const list = (over: Partial<ListCounterpartiesRequest> = {}): ListCounterpartiesRequest => ({
  filter: '',
  orderBy: '',
  pageSize: 0,
  pageToken: '',
  readMask: undefined,
  includeTotal: false,
  showDeleted: false,
  ...over,
});
const names = async (who: Caller, filter: string, over: Partial<ListCounterpartiesRequest> = {}): Promise<string[]> => {
  const { counterparties } = await world.counterparties(who).listCounterparties(list({ filter, orderBy: 'display_name', ...over }));
  return counterparties.map(({ displayName }) => displayName);
};

describe('create', () => {
  it('gives a new row to its maker, with one event and one line of audit', async () => {
    const anna = world.as(world.anna, cards('own'));
    const made = await world.counterparties(anna).createCounterparty({ requestId: '', counterparty: counterparty() });
    expect(made).toMatchObject({ ownerId: world.anna.id, departmentId: world.sales.id, branchId: world.kyiv.id, etag: '1' });
    expect(await world.eventsOf(made.id)).toEqual(['CounterpartyCreated:1']);
    const audit = await world.database.rows(`select actor, action, resource, before, after->>'displayName' as name from kit.audit_event where row_ids = array[$1::uuid]`, [made.id]);
    expect(audit).toEqual([{ actor: anna.principal.subject, action: 'create', resource: 'contacts.counterparty', before: null, name: 'Гастроном' }]);
  });

  it('wants a program to name owner, department and branch', async () => {
    await expect(
      world.counterparties(world.administrator).createCounterparty({ requestId: '', counterparty: counterparty({ ownerId: world.anna.id }) }),
    ).rejects.toMatchObject({
      reason: 'INVALID_REQUEST',
      violations: [expect.objectContaining({ field: 'counterparty.department_id' }), expect.objectContaining({ field: 'counterparty.branch_id' })],
    });
  });

  it('refuses references that are absent or hidden, in the same words', async () => {
    const foreign = await world.counterpartyOf(world.vira);
    const anna = world.counterparties(world.as(world.anna, cards('own')));
    for (const parentId of [foreign.id, randomUUID()]) {
      await expect(anna.createCounterparty({ requestId: '', counterparty: counterparty({ parentId }) })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        reason: 'UNKNOWN_REFERENCE',
        violations: [{ field: 'counterparty.parent_id', reason: 'UNKNOWN_REFERENCE' }],
      });
    }
  });

  it('does a request_id once, and tells another body apart', async () => {
    const anna = world.counterparties(world.as(world.anna, cards('own')));
    const request = { requestId: randomUUID(), counterparty: counterparty({ displayName: 'Раз' }) };
    const [first, ...others] = await Promise.all(
      [1, 2, 3].map(() => anna.createCounterparty(request).catch((error: { reason: string }) => error.reason)),
    );
    const again = await anna.createCounterparty(request);
    const made = [first, ...others].filter((answer) => typeof answer === 'object');
    expect(made.every((answer) => (answer as { id: string }).id === again.id)).toBe(true);
    expect([first, ...others].filter((answer) => typeof answer === 'string').every((reason) => reason === 'REQUEST_IN_PROGRESS')).toBe(true);
    await expect(anna.createCounterparty({ ...request, counterparty: counterparty({ displayName: 'Два' }) })).rejects.toMatchObject({
      reason: 'REQUEST_ID_REUSED',
    });
    const borys = world.counterparties(world.as(world.borys, cards('own')));
    expect((await borys.createCounterparty(request)).id).not.toBe(again.id);
  });

  it('returns the row unchanged when its external id exists, also in a race', async () => {
    const importer = world.counterparties(world.administrator);
    const owner = { ownerId: world.anna.id, departmentId: world.sales.id, branchId: world.kyiv.id };
    const request = { requestId: '', counterparty: counterparty({ ...owner, externalId: { source: 'test', key: 'race' } }) };
    const made = await Promise.all([1, 2, 3, 4].map(() => importer.createCounterparty(request)));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(await world.eventsOf(made[0]!.id)).toEqual(['CounterpartyImported:1']);
  });

  it('creates 500 at once in well under a second, all or none', async () => {
    const owner = { ownerId: world.anna.id, departmentId: world.sales.id, branchId: world.kyiv.id };
    const requests = Array.from({ length: 500 }, (_, index) => ({
      requestId: '',
      counterparty: counterparty({ ...owner, displayName: `Пакет ${index}`, externalId: { source: 'batch', key: String(index) } }),
    }));
    const importer = world.counterparties(world.administrator);
    const began = performance.now();
    const { counterparties } = await importer.batchCreateCounterparties({ requestId: '', requests });
    const took = performance.now() - began;
    expect(counterparties.map(({ displayName }) => displayName)).toEqual(requests.map((one) => one.counterparty.displayName));
    expect(took).toBeLessThan(2_000);
    const again = await importer.batchCreateCounterparties({ requestId: '', requests });
    expect(again.counterparties.map(({ id }) => id)).toEqual(counterparties.map(({ id }) => id));

    const bad = [...requests.slice(0, 2).map((one) => ({ ...one, counterparty: { ...one.counterparty, externalId: undefined, displayName: 'Ніщо' } }))];
    bad[1] = { requestId: '', counterparty: { ...bad[1]!.counterparty, ownerId: randomUUID() } };
    await expect(importer.batchCreateCounterparties({ requestId: '', requests: bad })).rejects.toMatchObject({
      violations: [expect.objectContaining({ field: 'requests[1].counterparty.owner_id' })],
    });
    expect(await names(world.administrator, 'display_name = "Ніщо"')).toEqual([]);
  });
});

describe('rows', () => {
  it('shows each scope its own rows, and nobody else’s exist', async () => {
    const mark = `rows-${randomUUID()}`;
    const [ofAnna, ofBorys, ofVira] = await Promise.all([
      world.counterpartyOf(world.anna, { displayName: 'A', note: mark }),
      world.counterpartyOf(world.borys, { displayName: 'B', note: mark }),
      world.counterpartyOf(world.vira, { displayName: 'V', note: mark }),
    ]);
    const see = (who: Caller) => names(who, `note = "${mark}"`);
    expect(await see(world.as(world.anna, cards('own')))).toEqual(['A']);
    expect(await see(world.as(world.anna, cards('department')))).toEqual(['A', 'B', 'V']); // retail stands below sales
    expect(await see(world.as(world.borys, cards('department')))).toEqual(['B', 'V']);
    expect(await see(world.as(world.borys, cards('branch')))).toEqual(['A', 'B']);
    expect(await see(world.as(world.vira, cards('all')))).toEqual(['A', 'B', 'V']);

    const borys = world.counterparties(world.as(world.borys, { 'contacts.counterparty': ['read@branch', 'update@own'] }));
    await expect(borys.getCounterparty({ counterpartyId: ofVira.id, readMask: undefined })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      reason: 'COUNTERPARTY_NOT_FOUND',
    });
    const change = (row: typeof ofAnna, etag: string) =>
      borys.updateCounterparty({ counterparty: { ...row, note: 'changed' }, updateMask: ['note'], etag });
    await expect(change(ofVira, '1')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(change(ofAnna, '1')).rejects.toMatchObject({ code: 'PERMISSION_DENIED', reason: 'ROW_READ_ONLY' });
    await expect(change(ofBorys, '9')).rejects.toMatchObject({ code: 'ABORTED', reason: 'STALE_ETAG' });
    expect(await change(ofBorys, '1')).toMatchObject({ note: 'changed', etag: '2' });
  });

  it('widens the rows of a participant, for the verbs and the time given', async () => {
    const row = await world.counterpartyOf(world.vira, { displayName: 'Спільний' });
    const anna = world.counterparties(world.as(world.anna, cards('own')));
    const get = () => anna.getCounterparty({ counterpartyId: row.id, readMask: undefined });
    await expect(get()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await world.database.owner.query(
      `insert into kit.row_participant (id, resource, row_id, department_id, verbs) values ($1, 'contacts.counterparty', $2, $3, '{read}')`,
      [randomUUID(), row.id, world.sales.id],
    );
    expect((await get()).id).toBe(row.id);
    await expect(anna.deleteCounterparty({ counterpartyId: row.id, etag: '1' })).rejects.toMatchObject({ reason: 'ROW_READ_ONLY' });
    await world.database.owner.query(`update kit.row_participant set until = now() - interval '1 minute' where row_id = $1`, [row.id]);
    await expect(get()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('hands a row over, out of its giver’s sight', async () => {
    const row = await world.counterpartyOf(world.anna);
    const head = world.counterparties(world.as(world.anna, cards('own')));
    const handed = await head.transferCounterparty({ counterpartyId: row.id, ownerId: world.vira.id, departmentId: '', branchId: '', etag: row.etag });
    expect(handed).toMatchObject({ ownerId: world.vira.id, departmentId: world.retail.id, branchId: world.lviv.id, etag: '2' });
    await expect(head.getCounterparty({ counterpartyId: row.id, readMask: undefined })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await world.eventsOf(row.id)).toEqual(['CounterpartyImported:1', 'CounterpartyTransferred:2']);
  });
});

describe('changes', () => {
  it('lets one of two win', async () => {
    const row = await world.counterpartyOf(world.anna);
    const admin = world.counterparties(world.administrator);
    const results = await Promise.allSettled(
      ['x', 'y', 'z'].map((note) => admin.updateCounterparty({ counterparty: { ...row, note }, updateMask: ['note'], etag: '1' })),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await world.eventsOf(row.id)).toEqual(['CounterpartyImported:1', 'CounterpartyUpdated:2']);
  });

  it('changes what the mask names, and clears what is named and absent', async () => {
    const row = await world.counterpartyOf(world.anna, { legalName: 'ТОВ', industry: 'food', annualRevenue: { amount: '10.5', currencyCode: 'UAH' } });
    const admin = world.counterparties(world.administrator);
    const wanted = { ...row, displayName: 'Новий', legalName: 'не міняти', industry: '', annualRevenue: undefined };
    const after = await admin.updateCounterparty({ counterparty: wanted, updateMask: ['display_name', 'industry', 'annual_revenue'], etag: row.etag });
    expect(after).toMatchObject({ displayName: 'Новий', legalName: 'ТОВ', industry: '', annualRevenue: undefined });
  });

  it('needs an etag', async () => {
    const row = await world.counterpartyOf(world.anna);
    await expect(world.counterparties(world.administrator).deleteCounterparty({ counterpartyId: row.id, etag: '' })).rejects.toMatchObject({
      reason: 'ETAG_REQUIRED',
    });
  });

  it('deletes softly and brings back', async () => {
    const row = await world.counterpartyOf(world.anna, { displayName: 'Зниклий' });
    const admin = world.counterparties(world.administrator);
    await expect(admin.undeleteCounterparty({ counterpartyId: row.id, etag: '1' })).rejects.toMatchObject({ reason: 'NOT_DELETED' });
    const gone = await admin.deleteCounterparty({ counterpartyId: row.id, etag: '1' });
    expect(gone.deleteTime).toBeInstanceOf(Date);
    await expect(admin.getCounterparty({ counterpartyId: row.id, readMask: undefined })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await names(world.administrator, 'display_name = "Зниклий"')).toEqual([]);
    expect(await names(world.administrator, 'display_name = "Зниклий"', { showDeleted: true })).toEqual(['Зниклий']);
    expect((await admin.undeleteCounterparty({ counterpartyId: row.id, etag: gone.etag })).deleteTime).toBeUndefined();
    await world.database.owner.query(`update counterparty set delete_time = now() - interval '31 days' where id = $1`, [row.id]);
    expect(await names(world.administrator, 'display_name = "Зниклий"', { showDeleted: true })).toEqual([]);
  });

  it('keeps holdings free of cycles', async () => {
    const holding = await world.counterpartyOf(world.anna);
    const daughter = await world.counterpartyOf(world.anna, { parentId: holding.id });
    await expect(
      world.counterparties(world.administrator).updateCounterparty({
        counterparty: { ...holding, parentId: daughter.id },
        updateMask: ['parent_id'],
        etag: holding.etag,
      }),
    ).rejects.toMatchObject({ reason: 'COUNTERPARTY_CYCLE' });
  });
});

describe('lists', () => {
  const mark = `lists-${randomUUID()}`;
  beforeAll(async () => {
    await world.counterpartyOf(world.anna, { note: mark, displayName: 'Альфа', kinds: [Counterparty_Kind.CLIENT, Counterparty_Kind.PARTNER], foundingYear: 1991, annualRevenue: { amount: '900', currencyCode: 'UAH' } });
    await world.counterpartyOf(world.anna, { note: mark, displayName: 'Бета', kinds: [Counterparty_Kind.SUPPLIER], industry: '100%_milk', annualRevenue: { amount: '1000.5', currencyCode: 'UAH' } });
    await world.counterpartyOf(world.borys, { note: mark, displayName: 'Ґамма', foundingYear: 2020, phones: [{ number: '+380 44 1', extension: '', purpose: 'PURPOSE_WORK' as never }], annualRevenue: { amount: '5', currencyCode: 'USD' } });
    await world.counterpartyOf(world.borys, { note: mark, displayName: 'Дельта', bankAccounts: [{ bankName: 'Банк', account: 'UA1', bankCode: '', currencyCode: '' }] });
  });

  it.each([
    ['kinds:PARTNER', ['Альфа']],
    ['NOT kinds:CLIENT', ['Бета']],
    ['display_name:"ЕЛЬ"', ['Дельта']],
    ['display_name = "*ЕТА"', ['Бета']],
    ['display_name = "*льт*"', ['Дельта']],
    ['industry:"100%_m"', ['Бета']],
    ['industry:"100_"', []],
    ['annual_revenue.amount > 899.99 AND annual_revenue.currency_code = UAH', ['Альфа', 'Бета']],
    ['annual_revenue.amount < 1000 AND annual_revenue.currency_code = UAH', ['Альфа']],
    ['NOT annual_revenue:*', ['Дельта']],
    ['founding_year >= 1991', ['Альфа', 'Ґамма']],
    ['founding_year != 1991', ['Бета', 'Ґамма', 'Дельта']],
    ['NOT founding_year < 2000', ['Бета', 'Ґамма', 'Дельта']],
    ['phones.number:"+380 44 1"', ['Ґамма']],
    ['bankAccounts:*', ['Дельта']],
    ['external_id:* OR parent_id:*', []],
    ['createTime > "2020-01-01" AND delete_time = "2020-01-01"', []],
  ])('filter %s', async (filter, expected) => {
    expect(await names(world.administrator, `note = "${mark}" (${filter})`)).toEqual(expected);
  });

  it('filters by owner', async () => {
    expect(await names(world.administrator, `note = "${mark}" owner_id = ${world.borys.id}`)).toEqual(['Ґамма', 'Дельта']);
  });

  it('hides a field from filter, order and answer alike', async () => {
    const seller = world.as(world.borys, cards('own'));
    await expect(names(seller, 'bank_accounts:*')).rejects.toMatchObject({
      reason: 'UNKNOWN_FIELD',
      violations: [{ field: 'filter', description: 'Field "bank_accounts" does not exist.' }],
    });
    await expect(names(seller, '', { orderBy: 'other_requisites' })).rejects.toMatchObject({
      reason: 'UNKNOWN_FIELD',
      violations: [{ field: 'order_by', description: 'Field "other_requisites" does not exist.' }],
    });
    const { counterparties } = await world.counterparties(seller).listCounterparties(list({ filter: 'display_name = "Дельта"' }));
    expect(counterparties[0]?.bankAccounts).toEqual([]);
  });

  it('writes down who read what is protected, once a call', async () => {
    const reader = world.as(world.borys, cards('own', 'read:bank_details'));
    await names(reader, `note = "${mark}"`);
    await names(reader, `note = "${mark}" display_name = "Ґамма"`);
    const rows = await world.database.rows(`select action, groups, cardinality(row_ids) as rows from kit.audit_event where actor = $1`, [reader.principal.subject]);
    expect(rows).toEqual([{ action: 'read by read', groups: ['bank_details'], rows: 1 }]);
  });

  it.each(['display_name', 'founding_year desc, display_name', 'founding_year', 'create_time desc', 'annual_revenue.amount'])(
    'pages through order %j without loss or repetition',
    async (orderBy) => {
      const all = await world.counterparties(world.administrator).listCounterparties(list({ filter: `note = "${mark}"`, orderBy }));
      const found: string[] = [];
      let pageToken = '';
      do {
        const page = await world.counterparties(world.administrator).listCounterparties(
          list({ filter: `note = "${mark}"`, orderBy, pageSize: 1, pageToken, includeTotal: true }),
        );
        expect(page.totalSize).toBe(4);
        found.push(...page.counterparties.map(({ id }) => id));
        pageToken = page.nextPageToken;
      } while (pageToken !== '');
      expect(found).toEqual(all.counterparties.map(({ id }) => id));
      expect(new Set(found).size).toBe(4);
    },
  );

  it('binds a page token to caller, filter and order', async () => {
    const { nextPageToken } = await world.counterparties(world.administrator).listCounterparties(list({ filter: `note = "${mark}"`, pageSize: 2 }));
    const use = (who: Caller, over: Partial<ListCounterpartiesRequest>) =>
      world.counterparties(who).listCounterparties(list({ filter: `note = "${mark}"`, pageToken: nextPageToken, ...over }));
    const other = world.as(world.anna, cards('all'));
    for (const attempt of [use(other, {}), use(world.administrator, { filter: '' }), use(world.administrator, { orderBy: 'display_name' }), use(world.administrator, { pageToken: `${nextPageToken}x` })]) {
      await expect(attempt).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'INVALID_PAGE_TOKEN' });
    }
    expect((await use(world.administrator, {})).counterparties).toHaveLength(2);
  });

  it('returns the fields of the read_mask, with id and etag', async () => {
    const { counterparties } = await world.counterparties(world.administrator).listCounterparties(
      list({ filter: `note = "${mark}"`, readMask: ['display_name'], pageSize: 1 }),
    );
    const [row] = counterparties;
    expect(row).toMatchObject({ displayName: expect.any(String), etag: '1', note: '', ownerId: '', kinds: [], createTime: undefined });
  });
});
