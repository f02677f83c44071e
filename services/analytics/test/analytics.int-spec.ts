import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ReportsServiceService, type DailyBoard } from '@rapport/contracts/rapport/analytics/v1/reports_service';
import { Branch } from '@rapport/contracts/rapport/contacts/v1/organization';
import { BranchCreated, BranchUpdated } from '@rapport/contracts/rapport/contacts/v1/organization_events';
import { Deal, Deal_Outcome } from '@rapport/contracts/rapport/deals/v1/deal';
import { DealCreated, DealDeleted, DealImported, DealWon } from '@rapport/contracts/rapport/deals/v1/deal_events';
import { createClient } from '@rapport/service-kit/grpc';
import { startService, type RunningService } from '@rapport/service-kit/lifecycle';
import { inheritedEnvironment, testServers } from '@rapport/test-kit/config';
import { freePort } from '@rapport/test-kit/servers/free-port';
import { natsServer, type NatsServer } from '@rapport/test-kit/servers/nats';
import { v7 as uuidv7 } from 'uuid';
import { AppModule } from '../src/app.module.js';
import { AnalyticsDatabase } from './analytics-database.js';
import { EventOwner } from './event-owner.js';
import { caller, engineFolder } from './figures-world.js';

jest.setTimeout(60_000);

/** Callers by their token: what a token means is the access sub-path's to test. */
const CALLERS = {
  director: caller(['read@all', 'read:cost']),
  manager: caller(['read@all']),
  nobody: caller(['create']),
} as const;

const folder = engineFolder();
const brokerFolder = mkdtempSync(join(testServers().folder, 'analytics-nats-'));
const branch = uuidv7();
let broker: NatsServer;
let database: AnalyticsDatabase;
let deals: EventOwner;
let contacts: EventOwner;
let service: RunningService;

const start = (): Promise<RunningService> =>
  startService(AppModule, {
    name: 'analytics',
    config: database.config,
    grpc: { definitions: [ReportsServiceService] },
    authenticator: { authenticate: async (token: string) => CALLERS[token as keyof typeof CALLERS] },
  });

const board = async (
  token: keyof typeof CALLERS,
  request: { filter?: string; groupBy?: string[] } = {},
): Promise<DailyBoard> => {
  const reports = createClient(ReportsServiceService, `127.0.0.1:${service.grpcPort}`);
  try {
    const filter = request.filter ?? `branch_id = ${branch}`;
    return await reports.getDailyBoard({ filter, from: '', to: '', groupBy: request.groupBy ?? [] }, { token });
  } finally {
    reports.close();
  }
};

/** Waits for a board and says how long that took. */
async function untilBoard(
  passes: (board: DailyBoard) => boolean,
  request: Parameters<typeof board>[1] = {},
): Promise<number> {
  const began = performance.now();
  for (;;) {
    const seen = await board('director', request);
    if (passes(seen)) return performance.now() - began;
    if (performance.now() - began > 15_000) throw new Error(`It did not come to pass: ${JSON.stringify(seen.totals)}`);
    await sleep(5);
  }
}

const deal = (id: string, change: Partial<Deal> = {}): { deal: Deal } => ({
  deal: { ...Deal.decode(new Uint8Array()), id, outcome: Deal_Outcome.OPEN, creditedBranchId: branch, ...change },
});
const usd = (amount: string) => ({ amount, currencyCode: 'USD' });

beforeAll(async () => {
  broker = natsServer({
    folder: brokerFolder,
    port: await freePort(),
    monitoringPort: await freePort(),
    logFile: join(brokerFolder, 'nats.log'),
    pidFolder: join(brokerFolder, 'pids'),
    env: inheritedEnvironment(),
  });
  await broker.process.start();
  database = await AnalyticsDatabase.make({ NATS_URL: broker.url, CLICKHOUSE_PATH: folder.path });
  [deals, contacts] = await Promise.all([
    EventOwner.start('deals', broker.url),
    EventOwner.start('contacts', broker.url),
  ]);
  service = await start();
}, 60_000);

afterAll(async () => {
  await service?.stop();
  await Promise.all([deals?.stop(), contacts?.stop()]);
  await broker?.process.stop();
  await database?.drop();
  rmSync(brokerFolder, { recursive: true, force: true });
  folder.remove();
}, 60_000);

describe('from a committed event to a figure', () => {
  const id = uuidv7();

  it('shows a deal well within two seconds, and moves it when it is won', async () => {
    await deals.emit(DealCreated, { aggregateId: id, version: 1, message: deal(id, { amount: usd('10') }) });
    await untilBoard(({ totals }) => totals?.openCount === 1);
    await deals.emit(DealWon, {
      aggregateId: id,
      version: 2,
      message: deal(id, { outcome: Deal_Outcome.WON, amount: usd('12'), margin: usd('5') }),
    });
    expect(await untilBoard(({ totals }) => totals?.wonCount === 1 && totals.openCount === 0)).toBeLessThan(2_000);
    expect((await board('director')).totals?.wonAmounts).toEqual([usd('12')]);
  });

  it('takes history like anything else, and lets go of what is deleted', async () => {
    const imported = uuidv7();
    await deals.emit(DealImported, {
      aggregateId: imported,
      version: 1,
      message: deal(imported, { outcome: Deal_Outcome.LOST }),
    });
    await untilBoard(({ totals }) => totals?.lostCount === 1);
    await deals.emit(DealDeleted, {
      aggregateId: imported,
      version: 2,
      message: deal(imported, { outcome: Deal_Outcome.LOST, deleteTime: new Date() }),
    });
    await untilBoard(({ totals }) => totals?.lostCount === 0);
  });

  it('shows names as they are told, and as they change', async () => {
    const message = (displayName: string) => ({
      branch: { ...Branch.decode(new Uint8Array()), id: branch, displayName },
    });
    const shows =
      (name: string) =>
      ({ rows }: DailyBoard) =>
        rows[0]?.keys[0]?.displayName === name;
    expect(shows(branch)(await board('director', { groupBy: ['branch'] }))).toBe(true);
    await contacts.emit(BranchCreated, { aggregateId: branch, version: 1, message: message('Київ') });
    await untilBoard(shows('Київ'), { groupBy: ['branch'] });
    await contacts.emit(BranchUpdated, { aggregateId: branch, version: 2, message: message('Київ-2') });
    await untilBoard(shows('Київ-2'), { groupBy: ['branch'] });
  });

  it('hides margin from those who may not see cost, and everything from those who may not read', async () => {
    expect((await board('director')).totals?.wonMargins).toEqual([usd('5')]);
    expect((await board('manager')).totals).toMatchObject({ wonCount: 1, wonMargins: [] });
    expect((await board('director')).totals?.wonMargins).toEqual([usd('5')]);
    await expect(board('manager', { filter: 'margin:*' })).rejects.toMatchObject({ reason: 'UNKNOWN_FIELD' });
    await expect(board('nobody')).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
  });

  it('goes on after a restart where it was, with what was committed meanwhile', async () => {
    const before = await board('director');
    await service.stop();
    const late = uuidv7();
    await deals.emit(DealCreated, { aggregateId: late, version: 1, message: deal(late) });
    service = await start();
    expect((await board('director')).totals?.count).toBe(2);
    expect((await board('director')).datasetVersion).not.toBe(before.datasetVersion);
  });
});
