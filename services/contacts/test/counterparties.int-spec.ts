import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Caller } from '@rapport/test-kit/callers';
import { cards, counterparty, World } from './world.js';

// Real: PostgreSQL, NATS, gRPC, the service as it runs. Instead of Keycloak: callers whose rights the test says.

let world: World;
beforeAll(async () => {
  world = await World.make();
}, 60_000);
afterAll(() => world.stop());

describe('create', () => {
  it('gives a new row to its maker, with one event and one line of audit', async () => {
    const anna = world.as(world.anna, cards('own'));
    const made = await world.counterparties(anna).createCounterparty({ requestId: '', counterparty: counterparty() });
    expect(made).toMatchObject({
      ownerId: world.anna.id,
      departmentId: world.sales.id,
      branchId: world.kyiv.id,
      etag: '1',
    });
    expect(await world.eventsOf(made.id)).toEqual(['CounterpartyCreated:1']);
    const audit = await world.database.rows(
      `select actor, action, resource, before, after->>'displayName' as name from kit.audit_event where row_ids = array[$1::uuid]`,
      [made.id],
    );
    expect(audit).toEqual([
      {
        actor: anna.principal.subject,
        action: 'create',
        resource: 'contacts.counterparty',
        before: null,
        name: 'Гастроном',
      },
    ]);
  });

  it('wants a program to name owner, department and branch', async () => {
    await expect(
      world
        .counterparties(world.administrator)
        .createCounterparty({ requestId: '', counterparty: counterparty({ ownerId: world.anna.id }) }),
    ).rejects.toMatchObject({
      reason: 'INVALID_REQUEST',
      violations: [
        expect.objectContaining({ field: 'counterparty.department_id' }),
        expect.objectContaining({ field: 'counterparty.branch_id' }),
      ],
    });
  });

  it('refuses references that are absent or hidden, in the same words', async () => {
    const foreign = await world.counterpartyOf(world.vira);
    const anna = world.counterparties(world.as(world.anna, cards('own')));
    for (const parentId of [foreign.id, randomUUID()]) {
      await expect(
        anna.createCounterparty({ requestId: '', counterparty: counterparty({ parentId }) }),
      ).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        reason: 'UNKNOWN_REFERENCE',
        violations: [{ field: 'counterparty.parent_id', reason: 'UNKNOWN_REFERENCE' }],
      });
    }
  });

  it('changes the attributes that an update names, and no others', async () => {
    const row = await world.counterpartyOf(world.anna, { attributes: { colour: 'red', size: 'L' } });
    const after = await world.counterparties(world.administrator).updateCounterparty({
      counterparty: { ...row, attributes: { colour: 'blue' } },
      updateMask: ['attributes.colour'],
      etag: row.etag,
    });
    expect(after.attributes).toEqual({ colour: 'blue', size: 'L' });
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
    expect(
      [first, ...others]
        .filter((answer) => typeof answer === 'string')
        .every((reason) => reason === 'REQUEST_IN_PROGRESS'),
    ).toBe(true);
    await expect(
      anna.createCounterparty({ ...request, counterparty: counterparty({ displayName: 'Два' }) }),
    ).rejects.toMatchObject({
      reason: 'REQUEST_ID_REUSED',
    });
    const borys = world.counterparties(world.as(world.borys, cards('own')));
    expect((await borys.createCounterparty(request)).id).not.toBe(again.id);
  });

  it('returns the row unchanged when its external id exists, also in a race', async () => {
    const importer = world.counterparties(world.administrator);
    const owner = { ownerId: world.anna.id, departmentId: world.sales.id, branchId: world.kyiv.id };
    const request = {
      requestId: '',
      counterparty: counterparty({ ...owner, externalId: { source: 'test', key: 'race' } }),
    };
    const made = await Promise.all([1, 2, 3, 4].map(() => importer.createCounterparty(request)));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(await world.eventsOf(made[0]!.id)).toEqual(['CounterpartyImported:1']);
  });

  it('creates 500 at once, all or none', async () => {
    const owner = { ownerId: world.anna.id, departmentId: world.sales.id, branchId: world.kyiv.id };
    const requests = Array.from({ length: 500 }, (_, index) => ({
      requestId: '',
      counterparty: counterparty({
        ...owner,
        displayName: `Пакет ${index}`,
        externalId: { source: 'batch', key: String(index) },
      }),
    }));
    const importer = world.counterparties(world.administrator);
    const { counterparties } = await importer.batchCreateCounterparties({ requestId: '', requests });
    expect(counterparties.map(({ displayName }) => displayName)).toEqual(
      requests.map((one) => one.counterparty.displayName),
    );
    const again = await importer.batchCreateCounterparties({ requestId: '', requests });
    expect(again.counterparties.map(({ id }) => id)).toEqual(counterparties.map(({ id }) => id));

    const bad = [
      ...requests
        .slice(0, 2)
        .map((one) => ({ ...one, counterparty: { ...one.counterparty, externalId: undefined, displayName: 'Ніщо' } })),
    ];
    bad[1] = { requestId: '', counterparty: { ...bad[1]!.counterparty, ownerId: randomUUID() } };
    await expect(importer.batchCreateCounterparties({ requestId: '', requests: bad })).rejects.toMatchObject({
      violations: [expect.objectContaining({ field: 'requests[1].counterparty.owner_id' })],
    });
    expect(await world.names(world.administrator, 'display_name = "Ніщо"')).toEqual([]);
  }, 30_000);
});

describe('rows', () => {
  it('shows each scope its own rows, and nobody else’s exist', async () => {
    const mark = `rows-${randomUUID()}`;
    const [ofAnna, ofBorys, ofVira] = await Promise.all([
      world.counterpartyOf(world.anna, { displayName: 'A', note: mark }),
      world.counterpartyOf(world.borys, { displayName: 'B', note: mark }),
      world.counterpartyOf(world.vira, { displayName: 'V', note: mark }),
    ]);
    const see = (who: Caller) => world.names(who, `note = "${mark}"`);
    expect(await see(world.as(world.anna, cards('own')))).toEqual(['A']);
    expect(await see(world.as(world.anna, cards('department')))).toEqual(['A', 'B', 'V']); // retail stands below sales
    expect(await see(world.as(world.borys, cards('department')))).toEqual(['B', 'V']);
    expect(await see(world.as(world.borys, cards('branch')))).toEqual(['A', 'B']);
    expect(await see(world.as(world.vira, cards('all')))).toEqual(['A', 'B', 'V']);

    const borys = world.counterparties(
      world.as(world.borys, { 'contacts.counterparty': ['read@branch', 'update@own'] }),
    );
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
    await expect(anna.deleteCounterparty({ counterpartyId: row.id, etag: '1' })).rejects.toMatchObject({
      reason: 'ROW_READ_ONLY',
    });
    await world.database.owner.query(
      `update kit.row_participant set until = now() - interval '1 minute' where row_id = $1`,
      [row.id],
    );
    await expect(get()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('hands a row over, out of its giver’s sight', async () => {
    const row = await world.counterpartyOf(world.anna);
    const head = world.counterparties(world.as(world.anna, cards('own')));
    const handed = await head.transferCounterparty({
      counterpartyId: row.id,
      ownerId: world.vira.id,
      departmentId: '',
      branchId: '',
      etag: row.etag,
    });
    expect(handed).toMatchObject({
      ownerId: world.vira.id,
      departmentId: world.retail.id,
      branchId: world.lviv.id,
      etag: '2',
    });
    await expect(head.getCounterparty({ counterpartyId: row.id, readMask: undefined })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await world.eventsOf(row.id)).toEqual(['CounterpartyImported:1', 'CounterpartyTransferred:2']);
  });
});

describe('changes', () => {
  it('lets one of two win', async () => {
    const row = await world.counterpartyOf(world.anna);
    const admin = world.counterparties(world.administrator);
    const results = await Promise.allSettled(
      ['x', 'y', 'z'].map((note) =>
        admin.updateCounterparty({ counterparty: { ...row, note }, updateMask: ['note'], etag: '1' }),
      ),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await world.eventsOf(row.id)).toEqual(['CounterpartyImported:1', 'CounterpartyUpdated:2']);
  });

  it('changes what the mask names, and clears what is named and absent', async () => {
    const row = await world.counterpartyOf(world.anna, {
      legalName: 'ТОВ',
      industry: 'food',
      annualRevenue: { amount: '10.5', currencyCode: 'UAH' },
    });
    const admin = world.counterparties(world.administrator);
    const wanted = { ...row, displayName: 'Новий', legalName: 'не міняти', industry: '', annualRevenue: undefined };
    const after = await admin.updateCounterparty({
      counterparty: wanted,
      updateMask: ['display_name', 'industry', 'annual_revenue'],
      etag: row.etag,
    });
    expect(after).toMatchObject({ displayName: 'Новий', legalName: 'ТОВ', industry: '', annualRevenue: undefined });
  });

  it('needs an etag', async () => {
    const row = await world.counterpartyOf(world.anna);
    await expect(
      world.counterparties(world.administrator).deleteCounterparty({ counterpartyId: row.id, etag: '' }),
    ).rejects.toMatchObject({
      reason: 'ETAG_REQUIRED',
    });
  });

  it('deletes softly and brings back', async () => {
    const row = await world.counterpartyOf(world.anna, { displayName: 'Зниклий' });
    const admin = world.counterparties(world.administrator);
    await expect(admin.undeleteCounterparty({ counterpartyId: row.id, etag: '1' })).rejects.toMatchObject({
      reason: 'NOT_DELETED',
    });
    const gone = await admin.deleteCounterparty({ counterpartyId: row.id, etag: '1' });
    expect(gone.deleteTime).toBeInstanceOf(Date);
    await expect(admin.getCounterparty({ counterpartyId: row.id, readMask: undefined })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await world.names(world.administrator, 'display_name = "Зниклий"')).toEqual([]);
    expect(await world.names(world.administrator, 'display_name = "Зниклий"', { showDeleted: true })).toEqual([
      'Зниклий',
    ]);
    expect((await admin.undeleteCounterparty({ counterpartyId: row.id, etag: gone.etag })).deleteTime).toBeUndefined();
    await world.database.owner.query(`update counterparty set delete_time = now() - interval '31 days' where id = $1`, [
      row.id,
    ]);
    expect(await world.names(world.administrator, 'display_name = "Зниклий"', { showDeleted: true })).toEqual([]);
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
