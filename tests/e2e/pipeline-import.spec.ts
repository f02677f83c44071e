// Issue "the spine", points 3 and 4: the real pipeline through the public API,
// while analytics and NATS die, and every cell of the board.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SOURCE } from '../../scripts/import/pipeline-data.js';
import { createLogin, SERVICE_PRINCIPAL } from '../../deploy/keycloak/logins.js';
import { pipelineFolder } from './figures/config.js';
import { expectedFigures, type Cell, type Cells } from './figures/expected-figures.js';
import { eventually, Platform, ScriptRun } from './platform.js';

const folder = pipelineFolder ?? '';
const FRESH_MS = 2_000;
/** How long the figures may take to heal after the broker lost everything. */
const HEAL_MS = 60_000;

interface Money {
  amount: string;
  currencyCode: string;
}
interface Measures {
  count: number;
  amounts: Money[];
  wonAmounts: Money[];
  winRate?: { value: string };
}
interface Board {
  rows: { keys: { dimension: string; value: string; displayName: string }[]; measures: Measures }[];
  totals: Measures;
}

(pipelineFolder ? describe : describe.skip)('the imported sales pipeline', () => {
  const platform = new Platform();
  const importer = platform.as('importer');
  const script = (): ReturnType<Platform['run']> => platform.run('scripts/import-pipeline.ts', [folder]);
  let branchFilter = '';

  async function board(query: Record<string, string>, filter = ''): Promise<Board> {
    const whole = [branchFilter, filter].filter(Boolean).join(' AND ');
    return importer.get<Board>(`/v1/reports/daily-board?${new URLSearchParams({ ...query, filter: whole })}`);
  }

  async function cells(groupBy: string, filter = ''): Promise<Cells> {
    const { rows } = await board({ groupBy }, filter);
    return Object.fromEntries(
      rows.map(({ keys, measures }): [string, Cell] => [
        keys[0]?.displayName || keys[0]?.value || '',
        { count: measures.count, amount: measures.amounts.find((sum) => sum.currencyCode === 'USD')?.amount ?? '0' },
      ]),
    );
  }

  async function everyCellAgrees(): Promise<void> {
    const expected = expectedFigures(folder);
    expect(await cells('outcome')).toEqual(expected.byOutcome);
    expect(await cells('stage', 'outcome = OPEN')).toEqual(expected.openByStage);
    expect(await cells('branch', 'outcome = WON')).toEqual(expected.wonByBranch);
    expect(await cells('manager', 'outcome = WON')).toEqual(expected.wonByManager);
    expect(await cells('product', 'outcome = WON')).toEqual(expected.wonByProduct);
    expect(await cells('month', 'outcome = WON')).toEqual(expected.wonByMonth);
    const { totals } = await board({});
    expect(totals.wonAmounts).toEqual([{ amount: '10005534', currencyCode: 'USD' }]);
    expect(totals.winRate?.value).toBe('63.15');
  }

  beforeAll(async () => {
    // Killed while it runs, and again while analytics is dead and while the
    // broker has lost its whole store: what is imported must not be lost.
    const killed = script();
    await eventually(() => expect(killed.output).toContain('counterparties:'), 60_000);
    await killed.kill();
    const second = script();
    await eventually(() => expect(second.output).toContain('pipelines:'), 60_000);
    process.kill(platform.pid('analytics'), 'SIGKILL');
    await sleep(1_000);
    process.kill(platform.pid('nats'), 'SIGKILL');
    rmSync(join(platform.folder, 'nats', 'store'), { recursive: true, force: true });
    await second.success();
    const branches: string[] = [];
    for await (const branch of importer.list<{ id: string; externalId?: { source: string } }>(
      '/v1/branches',
      'branches',
    )) {
      if (branch.externalId?.source === SOURCE) branches.push(branch.id);
    }
    branchFilter = `(${branches.map((id) => `branchId = "${id}"`).join(' OR ')})`;
  }, 300_000);

  it('agrees in every cell after analytics was killed and NATS lost its store while importing', async () => {
    await eventually(everyCellAgrees, HEAL_MS, 500);
  }, 90_000);

  it('changes nothing when another importer runs it again', async () => {
    const login = { username: 'importer-two', password: 'Importer-two-1' };
    await createLogin(platform.keycloakAdmin(), { ...login, roles: ['importer'], attributes: SERVICE_PRINCIPAL });
    const before = await newest();
    const addressesFile = join(platform.folder, 'addresses-two.json');
    const user = { ...login, roles: ['importer'], branch: '', department: '' };
    writeFileSync(addressesFile, JSON.stringify({ ...platform.addresses, users: [user] }));
    await new ScriptRun('scripts/import-pipeline.ts', [
      folder,
      '--user',
      login.username,
      '--addresses',
      addressesFile,
    ]).success();
    expect(await newest()).toEqual(before);
    await everyCellAgrees();
  }, 180_000);

  it('reports the resolved product and the deals without an account', async () => {
    const output = await script().success();
    expect(output).toContain('"GTXPro" is read as "GTX Pro" in 1480 rows.');
    expect(output).toContain('1425 deals name no account');
  }, 120_000);

  it('shows a won deal in the board within two seconds of its commit', async () => {
    const seller = platform.as('petrenko');
    const wonCount = async (): Promise<number> => {
      const { totals } = await seller.get<Board>('/v1/reports/daily-board?filter=outcome%20%3D%20WON');
      return totals.count;
    };
    const before = await wonCount();
    const deal = await seller.post<{ id: string; etag: string }>('/v1/deals', {
      displayName: 'Freshness marker',
      amount: { amount: '1', currencyCode: 'UAH' },
    });
    await seller.post(`/v1/deals/${deal.id}:win`, {}, { ifMatch: `"${deal.etag}"` });
    await eventually(async () => expect(await wonCount()).toBe(before + 1), FRESH_MS);
  });

  /** The newest change of any imported row. */
  async function newest(): Promise<unknown> {
    const filter = `externalId.source = "${SOURCE}"`;
    const query = new URLSearchParams({ orderBy: 'updateTime desc', pageSize: '1', includeTotal: 'true', filter });
    const collections = ['deals', 'counterparties', 'employees', 'departments', 'branches', 'products', 'pipelines'];
    return Promise.all(
      collections.map(async (collection) => {
        const page = await importer.get<Record<string, { updateTime: string }[]> & { totalSize?: number }>(
          `/v1/${collection}?${query}`,
        );
        return [collection, page.totalSize, page[collection]?.[0]?.updateTime];
      }),
    );
  }
});
