import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { Deal, Deal_Outcome } from '@rapport/contracts/rapport/deals/v1/deal';
import { type CallContext, Grants, Masks, type Principal } from '@rapport/service-kit/access';
import { v7 as uuidv7 } from 'uuid';
import { type DealRow, dealRow } from '../src/deals-projection/deal-row.js';
import { DealsProjection } from '../src/deals-projection/deals-projection.service.js';
import { DealsTable } from '../src/deals-projection/deals-table.queries.js';
import { Dimensions } from '../src/dimensions/dimensions.service.js';
import { migrateEngine } from '../src/engine/engine-schema.js';
import { openEngine } from '../src/engine/engine.js';
import type { DatasetEpochs } from '../src/figures/dataset-epochs.queries.js';
import { Figures } from '../src/figures/figures.service.js';
import { ReportsService } from '../src/reports/reports.service.js';

/** The table on an engine whose connection may break after rows have been stored. */
class BreakableTable extends DealsTable {
  breakAfterInsert = false;

  override async insert(rows: readonly DealRow[]): Promise<void> {
    await super.insert(rows);
    if (!this.breakAfterInsert) return;
    this.breakAfterInsert = false;
    throw new Error('The connection broke after the rows had been stored.');
  }
}

/** The whole of figures on an engine of its own, without transport: what a process holds between start and end. */
export class FiguresWorld {
  readonly table: BreakableTable;
  readonly figures: Figures;
  readonly projection: DealsProjection;
  readonly dimensions: Dimensions;
  readonly reports: ReportsService;

  private constructor(
    readonly engine: ClickHouseClient,
    epochs: DatasetEpochs,
  ) {
    this.table = new BreakableTable(engine);
    this.figures = new Figures(this.table, epochs);
    this.projection = new DealsProjection(this.table, this.figures);
    this.dimensions = new Dimensions(engine);
    this.reports = new ReportsService(this.figures, this.table, this.dimensions);
  }

  static async start(folder: string, epochs: DatasetEpochs): Promise<FiguresWorld> {
    const engine = await openEngine({ CLICKHOUSE_PATH: folder });
    await migrateEngine(engine);
    const world = new FiguresWorld(engine, epochs);
    await world.dimensions.load();
    await world.figures.exclusively(() => world.figures.rebuild());
    return world;
  }

  async stop(): Promise<void> {
    await this.engine.close();
  }
}

export function engineFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'rapport-figures-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A state of a deal as an event carries it; the test says only what matters. */
export function dealState(
  change: Partial<Deal> = {},
  version = 1,
  occurTime = new Date('2026-03-05T10:00:00.123Z'),
): DealRow {
  const base = { ...Deal.decode(new Uint8Array()), id: uuidv7(), outcome: Deal_Outcome.OPEN };
  return dealRow({ eventId: uuidv7(), version, occurTime, deal: { ...base, ...change } });
}

/** A caller with these scopes of `deals.deal`. */
export function caller(scopes: readonly string[], principal: Partial<Principal> = {}): CallContext {
  const grants = new Grants([{ rsname: 'deals.deal', scopes }], new Map());
  return {
    principal: {
      kind: 'employee',
      subject: 's',
      username: 'u',
      azp: 'a',
      branchIds: [],
      departmentPaths: [],
      ...principal,
    },
    grants,
    masks: Masks.of(grants),
    rule: { resource: 'deals.deal', action: 'read' },
    token: '',
    traceparent: '',
    clock: () => new Date(),
  };
}
