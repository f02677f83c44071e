import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Deal_Outcome } from '@rapport/contracts/rapport/deals/v1/deal';
import { digestOf } from '@rapport/service-kit/events';
import { checkFilter, parseFilter } from '@rapport/service-kit/filter';
import { contracts } from '@rapport/service-kit/contracts';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { type DealRow, figureRow } from '../src/deals-projection/deal-row.js';
import { mergeQuietPartitions } from '../src/engine/quiet-partitions.queries.js';
import { latestVersionDigest } from '../src/engine/latest-versions.queries.js';
import { CubeSlice } from '../src/figures/cube-slice.js';
import { type Cube, WHOLE } from '../src/figures/cube.js';
import type { GroupDimension } from '../src/figures/figure-row.js';
import { cutPredicate, cutSql, type FigureCut } from '../src/reports/figure-cut.js';
import { AnalyticsDatabase } from './analytics-database.js';
import { caller, dealState, engineFolder, FiguresWorld } from './figures-world.js';

jest.setTimeout(120_000);

const [NORTH, SOUTH] = [uuidv7(), uuidv7()];
const [ANNA, BORYS] = [uuidv7(), uuidv7()];
const usd = (amount: string) => ({ amount, currencyCode: 'USD' });
const day = (value: string) => ({ value });
const everything = { filter: '', from: '', to: '', groupBy: [] };

const folder = engineFolder();
let database: AnalyticsDatabase;
let world: FiguresWorld;

const restart = async (): Promise<void> => {
  await world.stop();
  world = await FiguresWorld.start(folder.path, database.epochs);
};
const totals = async (filter = '') =>
  (await world.reports.dailyBoard(caller(['read@all', 'read:cost']), { ...everything, filter })).totals;
const apply = (...rows: DealRow[]): Promise<void> => world.projection.applyBatch(rows);

beforeAll(async () => {
  database = await AnalyticsDatabase.make();
  world = await FiguresWorld.start(folder.path, database.epochs);
});
afterAll(async () => {
  await world?.stop();
  await database?.drop();
  folder.remove();
});

describe('a deal on its way into the figures', () => {
  const id = uuidv7();
  const product = uuidv7();
  const only = `product_id = ${product}`;
  const state = (change: object, version: number) =>
    dealState({ id, productId: product, creditedBranchId: NORTH, ...change }, version);

  it('is counted when it is new, and moves when it is won', async () => {
    await apply(state({ amount: usd('100.5') }, 1));
    expect(await totals(only)).toMatchObject({ count: 1, openCount: 1, openAmounts: [usd('100.5')] });
    await apply(state({ outcome: Deal_Outcome.WON, amount: usd('120'), margin: usd('20.25') }, 2));
    expect(await totals(only)).toMatchObject({
      count: 1,
      openCount: 0,
      wonAmounts: [usd('120')],
      wonMargins: [usd('20.25')],
    });
  });

  it('stays as it is when old events come again, in whatever order', async () => {
    await apply(
      state({ outcome: Deal_Outcome.WON, amount: usd('120'), margin: usd('20.25') }, 2),
      state({ amount: usd('100.5') }, 1),
    );
    expect(await totals(only)).toMatchObject({ count: 1, wonAmounts: [usd('120')] });
  });

  it('leaves the figures when it is deleted and returns when it is undeleted', async () => {
    await apply(state({ outcome: Deal_Outcome.WON, amount: usd('120'), deleteTime: new Date() }, 3));
    expect(await totals(only)).toMatchObject({ count: 0, wonAmounts: [] });
    await apply(state({ outcome: Deal_Outcome.WON, amount: usd('130') }, 4));
    expect(await totals(only)).toMatchObject({ count: 1, wonAmounts: [usd('130')] });
  });

  it('is the same after a restart, under another version of the data', async () => {
    const before = world.figures.state();
    await restart();
    expect(await totals(only)).toMatchObject({ count: 1, wonAmounts: [usd('130')] });
    const after = world.figures.state();
    expect(BigInt(after.version.split('.')[0]!)).toBeGreaterThan(BigInt(before.version.split('.')[0]!));
    expect(after.dataTime).toEqual(before.dataTime);
  });

  it('tells a version of the data with every batch that changed something', async () => {
    const { version } = world.figures.state();
    await apply(state({ amount: usd('1') }, 1));
    expect(world.figures.state().version).toBe(version);
    await apply(state({ amount: usd('140'), outcome: Deal_Outcome.WON }, 5));
    expect(world.figures.state().version).not.toBe(version);
  });

  it('reaches the figures even when its batch was stored and then failed', async () => {
    world.table.breakAfterInsert = true;
    const last = state({ amount: usd('150'), outcome: Deal_Outcome.WON }, 6);
    await expect(apply(last)).rejects.toMatchObject({ reason: 'ENGINE_UNAVAILABLE' });
    await apply(last);
    expect(await totals(only)).toMatchObject({ count: 1, wonAmounts: [usd('150')] });
    expect(await world.figures.verify()).toBe(true);
  });
});

describe('who sees which figures', () => {
  const product = uuidv7();
  const [department, below] = [uuidv7(), uuidv7()];

  beforeAll(async () => {
    const event = {
      deleted: false,
      version: 1,
      event_id: uuidv7(),
      occur_time: new Date().toISOString(),
      branch_id: '',
      members: [],
    };
    await world.dimensions.apply([
      { ...event, id: department, kind: 'department', display_name: 'Sales', parent_id: '' },
      { ...event, id: below, kind: 'department', display_name: 'Sales, north', parent_id: department },
      { ...event, id: ANNA, kind: 'employee', display_name: 'Коваль Анна', parent_id: '' },
    ]);
    const deal = (credited: string, creditedDepartmentId: string, creditedBranchId: string, owner: string) =>
      dealState({
        productId: product,
        creditedEmployeeId: credited,
        creditedDepartmentId,
        creditedBranchId,
        ownerId: owner,
        branchId: SOUTH,
        amount: usd('10'),
        margin: usd('1'),
        outcome: Deal_Outcome.WON,
      });
    await apply(
      deal(ANNA, below, NORTH, BORYS),
      deal(BORYS, department, NORTH, ANNA),
      deal(BORYS, uuidv7(), SOUTH, ANNA),
    );
  });
  const count = async (scopes: string[], principal: Parameters<typeof caller>[1]) =>
    (await world.reports.dailyBoard(caller(scopes, principal), { ...everything, filter: `product_id = ${product}` }))
      .totals?.count;

  it.each([
    ['own, by whom it is credited to', 'read@own', { employeeId: ANNA }, 1],
    ['a department and what is below', 'read@department', { departmentPaths: [`company/${department}`] }, 2],
    ['the department below alone', 'read@department', { departmentPaths: [`company/${department}/${below}`] }, 1],
    ['a branch', 'read@branch', { branchIds: [NORTH] }, 2],
    ['all', 'read@all', {}, 3],
    ['nothing', 'create', { employeeId: ANNA }, 0],
  ])('%s', async (_, scope, principal, expected) => {
    expect(await count([scope], principal)).toBe(expected);
  });

  it('keeps margin from those who may not see cost, also as a name', async () => {
    const hidden = caller(['read@all']);
    const report = { ...everything, filter: 'margin.amount > 0 AND margin.currency_code = "USD"' };
    await expect(world.reports.dailyBoard(hidden, report)).rejects.toMatchObject({
      reason: 'UNKNOWN_FIELD',
      violations: [{ field: 'filter', description: 'Field "margin.currency_code" does not exist.' }],
    });
    await expect(world.reports.dailyBoard(hidden, { ...everything, filter: 'nosuch > 0' })).rejects.toMatchObject({
      reason: 'UNKNOWN_FIELD',
    });
    const seen = caller(['read@all', 'read:cost']);
    expect(
      (await world.reports.dailyBoard(seen, { ...report, filter: `${report.filter} AND product_id = ${product}` }))
        .totals?.count,
    ).toBe(3);
  });

  it('shows names where they have arrived', async () => {
    const { rows } = await world.reports.dailyBoard(caller(['read@all']), {
      ...everything,
      filter: `product_id = ${product}`,
      groupBy: ['manager'],
    });
    expect(rows.map(({ keys }) => keys[0]?.displayName)).toEqual(expect.arrayContaining(['Коваль Анна', BORYS]));
  });

  it('refuses an interval that ends before it begins', async () => {
    const reversed = { ...everything, from: '2026-03-02', to: '2026-03-01' };
    await expect(world.reports.salesReport(caller(['read@all']), reversed)).rejects.toMatchObject({
      reason: 'DATES_REVERSED',
    });
  });
});

describe('cube and table', () => {
  const pick = <T>(values: readonly T[], seed: number): T => values[seed % values.length]!;
  const ids = Array.from({ length: 6 }, () => uuidv7());
  const dates = ['', '2025-12-31', '2026-01-01', '2026-02-28', '2026-03-05'];

  beforeAll(async () => {
    const rows = Array.from({ length: 400 }, (_, index) =>
      dealState({
        outcome: pick([Deal_Outcome.OPEN, Deal_Outcome.WON, Deal_Outcome.LOST], index),
        stageId: pick(ids, index * 7),
        productId: pick(['', ...ids], index * 5),
        creditedEmployeeId: pick([ANNA, BORYS, ''], index * 11),
        creditedBranchId: pick([NORTH, SOUTH], index * 3),
        counterpartyId: pick(['', ...ids], index * 13),
        ...(index % 4 === 0
          ? {}
          : { amount: { amount: String((index * 37) % 1000), currencyCode: pick(['USD', 'EUR'], index) } }),
        ...(pick(dates, index * 17) === '' ? {} : { businessDate: day(pick(dates, index * 17)) }),
        attributes:
          index % 3 === 0
            ? { size: `Size ${index % 5}`, tags: [`t${index % 2}`], weight: `${index % 7}.5`, checked: index % 2 === 0 }
            : undefined,
      }),
    );
    await apply(...rows);
  });

  const leaf = fc.constantFrom(
    'outcome = WON',
    'outcome != OPEN',
    'outcome = "l*"',
    `branch_id = ${NORTH}`,
    `branch_id != ${NORTH}`,
    'product_id:*',
    'product_id = ""',
    `stage_id = ${ids[0]}`,
    'business_date:*',
    'business_date >= "2026-01-01"',
    'business_date = "2026-02-28"',
    'business_date < "2026-03-05"',
    'amount.currency_code = "USD"',
    'amount.currency_code:*',
    'amount.currency_code = "u*"',
    `manager_id = ${ANNA}`,
    'manager_id:*',
  );
  const filter = fc.letrec<{ any: string }>((tie) => ({
    any: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.tuple(tie('any'), tie('any')).map(([left, right]) => `(${left}) AND (${right})`),
      fc.tuple(tie('any'), tie('any')).map(([left, right]) => `(${left}) OR (${right})`),
      tie('any').map((inner) => `NOT (${inner})`),
    ),
  })).any;
  const groupBy = fc.uniqueArray(
    fc.constantFrom<GroupDimension>(
      'outcome',
      'stage',
      'pipeline',
      'branch',
      'department',
      'manager',
      'product',
      'month',
      'quarter',
      'year',
    ),
    { maxLength: 3 },
  );
  const checked = (text: string) =>
    checkFilter(parseFilter(text)!, {
      message: contracts.message('rapport.analytics.v1.DealFact'),
      readable: () => true,
    });

  it('give the same groups for every cut that both can answer', async () => {
    const cube = await world.table.cubeOf(WHOLE);
    await fc.assert(
      fc.asyncProperty(
        filter,
        groupBy,
        fc.constantFrom('', '2026-01-01'),
        fc.constantFrom('', '2026-02-28'),
        async (text, keys, from, to) => {
          const cut: FigureCut = {
            scope: { kind: 'among', dimension: 'branch', values: [NORTH, SOUTH] },
            filterText: text,
            filter: checked(text),
            from,
            to,
            groupBy: keys,
          };
          expect(await world.table.groups(cutSql(cut), keys)).toEqual(
            new CubeSlice(cube, cutPredicate(cut)!, keys).read(),
          );
        },
      ),
      { numRuns: 150 },
    );
  });

  it('give the same months where the cube keeps no days', async () => {
    const fine = await world.table.cubeOf(WHOLE);
    const coarse = await world.table.cubeOf({ without: [], coarseBefore: '2026-02' });
    expect(coarse.cells.length).toBeLessThanOrEqual(fine.cells.length);
    const read = (cube: Cube) => new CubeSlice(cube, { kind: 'and', of: [] }, ['month', 'outcome']).read();
    expect(read(coarse)).toEqual(read(fine));
    expect(await world.table.firstMonthByDay([], 1)).toBe('2026-03');
    expect(await world.table.firstMonthByDay([], 1_000_000)).toBe('');
  });

  it('give the same where a cube leaves dimensions out', async () => {
    const whole = await world.table.cubeOf(WHOLE);
    const rollUp = await world.table.cubeOf({ without: ['product', 'stage'], coarseBefore: '' });
    expect(rollUp.cells.length).toBeLessThan(whole.cells.length);
    expect(await world.table.cellsByMonth([[], ['product', 'stage']])).toEqual([
      expect.any(Number),
      expect.any(Number),
    ]);
    const read = (cube: Cube) => new CubeSlice(cube, { kind: 'and', of: [] }, ['manager', 'outcome', 'month']).read();
    expect(read(rollUp)).toEqual(read(whole));
    const moved = dealState({ creditedEmployeeId: ANNA, productId: ids[0]!, amount: usd('7') });
    rollUp.apply(undefined, figureRow(moved));
    whole.apply(undefined, figureRow(moved));
    expect(read(rollUp)).toEqual(read(whole));
  });

  it('answers what only the table holds', async () => {
    const count = async (text: string) => (await totals(text))?.count ?? 0;
    const all = await count('');
    expect(await count(`counterparty_id = ${ids[1]}`)).toBeGreaterThan(0);
    expect((await count(`counterparty_id = ${ids[1]}`)) + (await count(`NOT counterparty_id = ${ids[1]}`))).toBe(all);
    const cheap = 'amount.amount < 500 AND amount.currency_code = "USD"';
    expect(await count(cheap)).toBeGreaterThan(0);
    expect((await count(cheap)) + (await count(`NOT (${cheap})`))).toBe(all);
  });

  it('answers attributes, whatever their type', async () => {
    const attributes = new Map(
      (['text', 'option', 'decimal', 'flag'] as const).map((type, index) => {
        const key = ['size', 'tags', 'weight', 'checked'][index]!;
        return [key, { key, type, repeated: type === 'option', readable: true }];
      }),
    );
    const count = async (text: string): Promise<number> => {
      const filter = checkFilter(parseFilter(text)!, {
        message: contracts.message('rapport.analytics.v1.DealFact'),
        readable: () => true,
        attributes,
      });
      const groups = await world.table.groups(
        cutSql({ scope: { kind: 'all' }, filterText: text, filter, from: '', to: '', groupBy: [] }),
        [],
      );
      return groups.flatMap(({ parts }) => parts).reduce((sum, part) => sum + part.count, 0);
    };
    expect(await count('attributes.size:*')).toBe(134);
    expect(await count('attributes.size = "Size 0"')).toBe(27);
    expect(await count('attributes.size = "size*"')).toBe(134);
    expect(await count('attributes.tags:"t1"')).toBe(67);
    expect(await count('attributes.weight >= 6 AND attributes.weight < 100')).toBe(19);
    expect(await count('attributes.checked = true')).toBe(67);
  });

  it('are told apart when they differ, and the table wins', async () => {
    await world.table.insert([dealState({ creditedBranchId: NORTH })]);
    const { version } = world.figures.state();
    expect(await world.figures.verify()).toBe(false);
    expect(world.figures.state().version).not.toBe(version);
    expect(await world.figures.verify()).toBe(true);
  });

  it('hold what the owner’s journal says, digest by digest', async () => {
    const answer = await world.engine.query({
      query: 'SELECT toString(id) AS id, max(version) AS version FROM deal GROUP BY id',
      format: 'JSONEachRow',
    });
    const held = await answer.json<{ id: string; version: number }>();
    const range = { from: new Date(0), to: new Date(Date.now() + 3_600_000) };
    expect(await latestVersionDigest(world.engine, 'deal', range)).toEqual(
      digestOf(held.map(({ id, version }) => ({ id, entry: `${id}:${version}` }))),
    );
    expect(await latestVersionDigest(world.engine, 'deal', { from: new Date(0), to: new Date(1_000) })).toEqual([]);
    expect(await latestVersionDigest(world.engine, 'dimension', range, ['employee'])).toMatchObject([{ count: 1 }]);
  });

  it('finds nothing to merge while partitions are busy', async () => {
    expect(await mergeQuietPartitions(world.engine, 10)).toBe(0);
  });
});
