import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { InformationSource_Kind } from '@rapport/contracts/rapport/marketing/v1/information_source';
import type { LoggedIn } from '@rapport/test-kit/test-realm';
import { list, source, World } from './factories.js';

// Real: PostgreSQL, NATS, Keycloak with the access matrix, gRPC, the service as it runs.

let world: World;
beforeAll(async () => {
  world = await World.make();
}, 120_000);
afterAll(() => world?.stop());

const uah = (amount: string) => ({ amount, currencyCode: 'UAH' });
const names = async (who: LoggedIn, filter: string): Promise<string[]> => {
  const { informationSources } = await world
    .sources(who)
    .listInformationSources(list({ filter, orderBy: 'display_name' }));
  return informationSources.map(({ displayName }) => displayName);
};

describe('the register of information sources', () => {
  it('keeps what a marketer enters, with one event and one line of audit', async () => {
    const made = await world.sourceOf({
      startDate: { value: '2026-03-01' },
      endDate: { value: '2026-03-04' },
      monthlyCost: uah('12000.5'),
      attributes: { stand: 'B12' },
    });
    expect(made).toMatchObject({ etag: '1', monthlyCost: uah('12000.5'), attributes: { stand: 'B12' } });
    const read = await world
      .sources(world.marketer)
      .getInformationSource({ informationSourceId: made.id, readMask: undefined });
    expect(read).toEqual(made);
    expect(await world.eventsOf(made.id)).toEqual(['InformationSourceCreated:1']);
    const audit = await world.database.rows(
      `select action, after->'monthlyCost'->>'amount' as cost from kit.audit_event where row_ids = array[$1::uuid] and after is not null`,
      [made.id],
    );
    expect(audit).toEqual([{ action: 'create', cost: '12000.5' }]);
  });

  it('is changed under its version, deleted and brought back', async () => {
    const made = await world.sourceOf({ description: 'Стенд', endDate: { value: '2026-05-01' } });
    const marketer = world.sources(world.marketer);
    const changed = await marketer.updateInformationSource({
      informationSource: {
        ...made,
        displayName: 'Радіо',
        kind: InformationSource_Kind.ADVERTISING,
        endDate: undefined,
      },
      updateMask: ['display_name', 'kind', 'end_date'],
      etag: made.etag,
    });
    expect(changed).toMatchObject({ displayName: 'Радіо', kind: 'KIND_ADVERTISING', description: 'Стенд', etag: '2' });
    expect(changed.endDate).toBeUndefined();
    const id = { informationSourceId: made.id };
    await expect(marketer.deleteInformationSource({ ...id, etag: made.etag })).rejects.toMatchObject({
      reason: 'STALE_ETAG',
    });
    const gone = await marketer.deleteInformationSource({ ...id, etag: changed.etag });
    await expect(marketer.getInformationSource({ ...id, readMask: undefined })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      reason: 'INFORMATION_SOURCE_NOT_FOUND',
    });
    const back = await marketer.undeleteInformationSource({ ...id, etag: gone.etag });
    expect(back).toMatchObject({ displayName: 'Радіо', deleteTime: undefined, etag: '4' });
    await expect(marketer.undeleteInformationSource({ ...id, etag: '4' })).rejects.toMatchObject({
      reason: 'NOT_DELETED',
    });
    expect(await world.eventsOf(made.id)).toEqual([
      'InformationSourceCreated:1',
      'InformationSourceUpdated:2',
      'InformationSourceDeleted:3',
      'InformationSourceUndeleted:4',
    ]);
  });

  it('refuses dates that are reversed, also when only one of them changes', async () => {
    const reversed = source({ startDate: { value: '2026-03-02' }, endDate: { value: '2026-03-01' } });
    const marketer = world.sources(world.marketer);
    const refusal = { code: 'INVALID_ARGUMENT', reason: 'DATES_REVERSED' };
    await expect(
      marketer.createInformationSource({ requestId: '', informationSource: reversed }),
    ).rejects.toMatchObject(refusal);
    const made = await world.sourceOf({ startDate: { value: '2026-03-02' } });
    const change = {
      informationSource: { ...made, endDate: { value: '2026-03-01' } },
      updateMask: ['end_date'],
      etag: '1',
    };
    await expect(marketer.updateInformationSource(change)).rejects.toMatchObject({
      ...refusal,
      violations: [expect.objectContaining({ field: 'information_source.end_date' })],
    });
    expect(await world.eventsOf(made.id)).toEqual(['InformationSourceCreated:1']);
  });

  it('names every value at fault', async () => {
    const faulty = source({ displayName: '', kind: InformationSource_Kind.UNSPECIFIED });
    await expect(
      world.sources(world.marketer).createInformationSource({ requestId: '', informationSource: faulty }),
    ).rejects.toMatchObject({
      reason: 'INVALID_REQUEST',
      violations: [
        expect.objectContaining({ field: 'information_source.display_name' }),
        expect.objectContaining({ field: 'information_source.kind' }),
      ],
    });
  });

  it('does a request_id once', async () => {
    const request = { requestId: randomUUID(), informationSource: source() };
    const marketer = world.sources(world.marketer);
    const first = await marketer.createInformationSource(request);
    expect((await marketer.createInformationSource(request)).id).toBe(first.id);
  });
});

describe('who may do what', () => {
  it('shows the register to everybody, its costs to those whom Keycloak gives them', async () => {
    const { id } = await world.sourceOf({ monthlyCost: uah('500') });
    const read = async (who: LoggedIn) =>
      (await world.sources(who).getInformationSource({ informationSourceId: id, readMask: undefined })).monthlyCost;
    expect(await read(world.marketer)).toEqual(uah('500'));
    expect(await read(world.director)).toEqual(uah('500'));
    expect(await read(world.seller)).toBeUndefined();
    expect(await read(world.administrator)).toBeUndefined();
    const disclosed = await world.database.rows(
      `select groups from kit.audit_event where row_ids @> array[$1::uuid] and action = 'read by read'`,
      [id],
    );
    expect(disclosed).toEqual([{ groups: ['cost'] }, { groups: ['cost'] }]);
  });

  it('lets nobody come near a cost that does not exist for him', async () => {
    const { id } = await world.sourceOf({ monthlyCost: uah('500') });
    const unknown = { code: 'INVALID_ARGUMENT', reason: 'UNKNOWN_FIELD' };
    const seller = world.sources(world.seller);
    const filter = 'monthly_cost.amount > 1 AND monthly_cost.currency_code = UAH';
    await expect(names(world.seller, filter)).rejects.toMatchObject(unknown);
    await expect(seller.listInformationSources(list({ orderBy: 'monthly_cost.amount' }))).rejects.toMatchObject(
      unknown,
    );
    await expect(
      seller.getInformationSource({ informationSourceId: id, readMask: ['monthly_cost'] }),
    ).rejects.toMatchObject(unknown);
    const administrator = world.sources(world.administrator);
    const priced = source({ monthlyCost: uah('1') });
    await expect(
      administrator.createInformationSource({ requestId: '', informationSource: priced }),
    ).rejects.toMatchObject(unknown);
    expect(await names(world.marketer, `id = "${id}" AND ${filter}`)).toHaveLength(1);
  });

  it('leaves changes to marketing and the administrator', async () => {
    const made = await world.sourceOf();
    const refusal = { code: 'PERMISSION_DENIED' };
    const create = { requestId: '', informationSource: source() };
    const change = { informationSource: { ...made, displayName: 'Ні' }, updateMask: ['display_name'], etag: '1' };
    for (const who of [world.seller, world.director]) {
      await expect(world.sources(who).createInformationSource(create)).rejects.toMatchObject(refusal);
      await expect(world.sources(who).updateInformationSource(change)).rejects.toMatchObject(refusal);
    }
    const changed = await world.sources(world.administrator).updateInformationSource(change);
    expect(changed).toMatchObject({ displayName: 'Ні', etag: '2' });
  });
});

describe('lists', () => {
  it('filter by the fields of a source, and page', async () => {
    const mark = randomUUID();
    await world.sourceOf({
      description: mark,
      displayName: 'Газета',
      kind: InformationSource_Kind.ADVERTISING,
      endDate: { value: '2025-12-31' },
    });
    await world.sourceOf({
      description: mark,
      displayName: 'Сайт',
      kind: InformationSource_Kind.WEB,
      monthlyCost: uah('900'),
    });
    await world.sourceOf({
      description: mark,
      displayName: 'Семінар',
      startDate: { value: '2026-04-01' },
      monthlyCost: uah('1000'),
    });
    const found = (condition: string): Promise<string[]> =>
      names(world.marketer, `description = "${mark}" AND (${condition})`);
    expect(await found('kind = WEB OR kind = KIND_EVENT')).toEqual(['Сайт', 'Семінар']);
    expect(await found('end_date < "2026-01-01"')).toEqual(['Газета']);
    expect(await found('startDate >= "2026-04-01"')).toEqual(['Семінар']);
    expect(await found('monthly_cost.amount < 1000 AND monthly_cost.currency_code = UAH')).toEqual(['Сайт']);
    expect(await found('NOT monthly_cost:*')).toEqual(['Газета']);
    const seller = world.sources(world.seller);
    const page = list({ filter: `description = "${mark}"`, orderBy: 'display_name', pageSize: 2, includeTotal: true });
    const first = await seller.listInformationSources(page);
    const second = await seller.listInformationSources({ ...page, pageToken: first.nextPageToken });
    expect(first.totalSize).toBe(3);
    expect([...first.informationSources, ...second.informationSources].map(({ displayName }) => displayName)).toEqual([
      'Газета',
      'Сайт',
      'Семінар',
    ]);
    expect(second.nextPageToken).toBe('');
  });
});

describe('import', () => {
  const request = (key: string, over: Parameters<typeof source>[0] = {}) => ({
    requestId: '',
    informationSource: source({ externalId: { source: 'old-crm', key }, ...over }),
  });

  it('loads history once, in the order given', async () => {
    const requests = ['a', 'b', 'a'].map((key) => request(key, { displayName: `Джерело ${key}` }));
    const importer = world.sources(world.importer);
    const { informationSources } = await importer.batchCreateInformationSources({ requestId: '', requests });
    expect(informationSources.map(({ displayName }) => displayName)).toEqual(['Джерело a', 'Джерело b', 'Джерело a']);
    const again = await world.sources(world.marketer).batchCreateInformationSources({ requestId: '', requests });
    expect(again.informationSources.map(({ id }) => id)).toEqual(informationSources.map(({ id }) => id));
    expect(await world.eventsOf(informationSources[0]!.id)).toEqual(['InformationSourceImported:1']);
  });

  it('takes all or nothing', async () => {
    const requests = [
      request('c'),
      request('d', { startDate: { value: '2026-02-02' }, endDate: { value: '2026-02-01' } }),
    ];
    await expect(
      world.sources(world.importer).batchCreateInformationSources({ requestId: '', requests }),
    ).rejects.toMatchObject({
      reason: 'DATES_REVERSED',
      violations: [expect.objectContaining({ field: 'requests[1].information_source.end_date' })],
    });
    expect(await names(world.marketer, 'external_id.source = "old-crm" AND external_id.key = "c"')).toEqual([]);
  });

  it('is for those with the right to import', async () => {
    await expect(
      world.sources(world.seller).batchCreateInformationSources({ requestId: '', requests: [request('e')] }),
    ).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
  });
});
