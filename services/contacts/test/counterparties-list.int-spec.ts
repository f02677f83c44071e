import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ListCounterpartiesRequest } from '@rapport/contracts/rapport/contacts/v1/counterparties_service';
import { Counterparty_Kind } from '@rapport/contracts/rapport/contacts/v1/counterparty';
import type { Caller } from '@rapport/test-kit/callers';
import { cards, listRequest, World } from './world.js';

// Real: PostgreSQL, NATS, gRPC, the service as it runs. Instead of Keycloak: callers whose rights the test says.

let world: World;
beforeAll(async () => {
  world = await World.make();
}, 60_000);
afterAll(() => world.stop());

describe('lists', () => {
  const mark = `lists-${randomUUID()}`;
  beforeAll(async () => {
    await world.counterpartyOf(world.anna, {
      note: mark,
      displayName: 'Альфа',
      kinds: [Counterparty_Kind.CLIENT, Counterparty_Kind.PARTNER],
      foundingYear: 1991,
      annualRevenue: { amount: '900', currencyCode: 'UAH' },
    });
    await world.counterpartyOf(world.anna, {
      note: mark,
      displayName: 'Бета',
      kinds: [Counterparty_Kind.SUPPLIER],
      industry: '100%_milk',
      annualRevenue: { amount: '1000.5', currencyCode: 'UAH' },
    });
    await world.counterpartyOf(world.borys, {
      note: mark,
      displayName: 'Ґамма',
      foundingYear: 2020,
      phones: [{ number: '+380 44 1', extension: '', purpose: 'PURPOSE_WORK' as never }],
      annualRevenue: { amount: '5', currencyCode: 'USD' },
    });
    await world.counterpartyOf(world.borys, {
      note: mark,
      displayName: 'Дельта',
      bankAccounts: [{ bankName: 'Банк', account: 'UA1', bankCode: '', currencyCode: '' }],
    });
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
    expect(await world.names(world.administrator, `note = "${mark}" (${filter})`)).toEqual(expected);
  });

  it('filters by owner', async () => {
    expect(await world.names(world.administrator, `note = "${mark}" owner_id = ${world.borys.id}`)).toEqual([
      'Ґамма',
      'Дельта',
    ]);
  });

  it('hides a field from filter, order and answer alike', async () => {
    const seller = world.as(world.borys, cards('own'));
    await expect(world.names(seller, 'bank_accounts:*')).rejects.toMatchObject({
      reason: 'UNKNOWN_FIELD',
      violations: [{ field: 'filter', description: 'Field "bank_accounts" does not exist.' }],
    });
    await expect(world.names(seller, '', { orderBy: 'other_requisites' })).rejects.toMatchObject({
      reason: 'UNKNOWN_FIELD',
      violations: [{ field: 'order_by', description: 'Field "other_requisites" does not exist.' }],
    });
    const { counterparties } = await world
      .counterparties(seller)
      .listCounterparties(listRequest({ filter: 'display_name = "Дельта"' }));
    expect(counterparties[0]?.bankAccounts).toEqual([]);
  });

  it('writes down who read what is protected, once a call', async () => {
    const reader = world.as(world.borys, cards('own', 'read:bank_details'));
    await world.names(reader, `note = "${mark}"`);
    await world.names(reader, `note = "${mark}" display_name = "Ґамма"`);
    const rows = await world.database.rows(
      `select action, groups, cardinality(row_ids) as rows from kit.audit_event where actor = $1`,
      [reader.principal.subject],
    );
    expect(rows).toEqual([{ action: 'read by read', groups: ['bank_details'], rows: 1 }]);
  });

  it.each([
    'display_name',
    'founding_year desc, display_name',
    'founding_year',
    'create_time desc',
    'annual_revenue.amount',
  ])('pages through order %j without loss or repetition', async (orderBy) => {
    const all = await world
      .counterparties(world.administrator)
      .listCounterparties(listRequest({ filter: `note = "${mark}"`, orderBy }));
    const found: string[] = [];
    let pageToken = '';
    do {
      const page = await world
        .counterparties(world.administrator)
        .listCounterparties(
          listRequest({ filter: `note = "${mark}"`, orderBy, pageSize: 1, pageToken, includeTotal: true }),
        );
      expect(page.totalSize).toBe(4);
      found.push(...page.counterparties.map(({ id }) => id));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(found).toEqual(all.counterparties.map(({ id }) => id));
    expect(new Set(found).size).toBe(4);
  });

  it('binds a page token to caller, filter and order', async () => {
    const { nextPageToken } = await world
      .counterparties(world.administrator)
      .listCounterparties(listRequest({ filter: `note = "${mark}"`, pageSize: 2 }));
    const use = (who: Caller, over: Partial<ListCounterpartiesRequest>) =>
      world
        .counterparties(who)
        .listCounterparties(listRequest({ filter: `note = "${mark}"`, pageToken: nextPageToken, ...over }));
    const other = world.as(world.anna, cards('all'));
    for (const attempt of [
      use(other, {}),
      use(world.administrator, { filter: '' }),
      use(world.administrator, { orderBy: 'display_name' }),
      use(world.administrator, { pageToken: `${nextPageToken}x` }),
    ]) {
      await expect(attempt).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'INVALID_PAGE_TOKEN' });
    }
    expect((await use(world.administrator, {})).counterparties).toHaveLength(2);
  });

  it('returns the fields of the read_mask, with id and etag', async () => {
    const { counterparties } = await world
      .counterparties(world.administrator)
      .listCounterparties(listRequest({ filter: `note = "${mark}"`, readMask: ['display_name'], pageSize: 1 }));
    const [row] = counterparties;
    expect(row).toMatchObject({
      displayName: expect.any(String),
      etag: '1',
      note: '',
      ownerId: '',
      kinds: [],
      createTime: undefined,
    });
  });
});
