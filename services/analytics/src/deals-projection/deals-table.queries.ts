import { Inject, Injectable } from '@nestjs/common';
import type { ClickHouseClient } from '@clickhouse/client';
import { ENGINE, readRows } from '../engine/engine.js';
import type { CubeCell } from '../figures/cube.js';
import { orderGroups, orderParts, type FigureGroup, type FigurePart, type GroupDimension, type Outcome } from '../figures/figure-row.js';
import { parseMoneyUnits } from '../figures/money-units.js';
import { figureRow, type DealRow, type PresentDeal } from './deal-row.js';

type PresentRow = [
  id: string, version: number, deleted: boolean, outcome: Outcome, stage: string, pipeline: string, product: string,
  manager: string, department: string, branch: string, date: string | null, currency: string, amount: string | null, margin: string | null,
];
type CellRow = [
  outcome: Outcome, currency: string, stage: string, pipeline: string, product: string, manager: string, department: string,
  branch: string, period: string, count: string, amount: string, margin: string, marginCount: string,
];

const CURRENCY = `if(isNull(amount), '', currency)`;
const DAY = `ifNull(toString(business_date), '')`;
const SUMS = `count(), ifNull(sum(amount), 0), ifNull(sum(margin), 0), count(margin)`;

/** What groups are keyed by, as SQL; the same values as the cube gives. */
const KEYS: Readonly<Record<GroupDimension, string>> = {
  outcome: 'outcome',
  stage: 'stage_id',
  pipeline: 'pipeline_id',
  product: 'product_id',
  manager: 'manager_id',
  department: 'department_id',
  branch: 'branch_id',
  month: `substring(${DAY}, 1, 7)`,
  quarter: `if(isNull(business_date), '', concat(toString(toYear(business_date)), '-Q', toString(toQuarter(business_date))))`,
  year: `substring(${DAY}, 1, 4)`,
};

/** The table `deal`, as figures read and write it. */
@Injectable()
export class DealsTable {
  constructor(@Inject(ENGINE) private readonly engine: ClickHouseClient) {}

  /** The newest stored version of those of the deals that are stored. */
  async present(ids: readonly string[]): Promise<Map<string, PresentDeal>> {
    const rows = await readRows<PresentRow>(
      this.engine,
      `SELECT id, version, deleted, outcome, stage_id, pipeline_id, product_id, manager_id, department_id, branch_id,
         business_date, currency, amount, margin
       FROM deal WHERE id IN ({ids: Array(UUID)}) ORDER BY version DESC LIMIT 1 BY id`,
      { ids: [...ids] },
    );
    return new Map(rows.map((row) => [row[0], presentDeal(row)]));
  }

  async insert(rows: readonly DealRow[]): Promise<void> {
    await this.engine.insert({ table: 'deal', values: [...rows], format: 'JSONEachRow' });
  }

  /** When the newest event in the table occurred; undefined for an empty table. */
  async newestOccurTime(): Promise<Date | undefined> {
    const [row] = await readRows<[string, string]>(this.engine, 'SELECT count(), toUnixTimestamp64Milli(max(occur_time)) FROM deal');
    return row === undefined || row[0] === '0' ? undefined : new Date(Number(row[1]));
  }

  /**
   * The first month (`YYYY-MM`) that is kept by day when at most `budget` cells
   * may be; empty when all of them fit.
   */
  async firstMonthByDay(budget: number): Promise<string> {
    const months = await readRows<[string, string]>(
      this.engine,
      `SELECT substring(${DAY}, 1, 7) AS month,
         uniqCombined(cityHash64(outcome, ${CURRENCY}, stage_id, pipeline_id, product_id, manager_id, department_id, branch_id, ${DAY}))
       FROM deal FINAL WHERE NOT deleted AND isNotNull(business_date) GROUP BY month ORDER BY month DESC`,
    );
    let cells = 0;
    let first = '';
    for (const [month, count] of months) {
      cells += Number(count);
      if (cells > budget) return first === '' ? month : first;
      first = month;
    }
    return '';
  }

  /** All cells of a cube, in lumps. Months before `coarseBefore` are one period each. */
  async *cells(coarseBefore: string): AsyncGenerator<CubeCell[]> {
    const answer = await this.engine.query({
      query: `SELECT outcome, ${CURRENCY} AS amount_currency, stage_id, pipeline_id, product_id, manager_id, department_id, branch_id,
          if(substring(${DAY}, 1, 7) < {coarseBefore: String}, substring(${DAY}, 1, 7), ${DAY}) AS period, ${SUMS}
        FROM deal FINAL WHERE NOT deleted
        GROUP BY outcome, amount_currency, stage_id, pipeline_id, product_id, manager_id, department_id, branch_id, period`,
      query_params: { coarseBefore },
      format: 'JSONCompactEachRow',
    });
    for await (const rows of answer.stream<CellRow>()) {
      yield rows.map((row) => cubeCell(row.json<CellRow>()));
    }
  }

  /** Figures over the rows that a condition keeps, straight from the table. */
  async groups(condition: { text: string; parameters: Record<string, unknown> }, groupBy: readonly GroupDimension[]): Promise<FigureGroup[]> {
    const keys = groupBy.map((dimension, index) => `${KEYS[dimension]} AS key${index}`);
    const names = [...keys.map((_, index) => `key${index}`), 'part_outcome', 'part_currency'];
    const rows = await readRows<string[]>(
      this.engine,
      `SELECT ${[...keys, 'outcome AS part_outcome', `${CURRENCY} AS part_currency`, SUMS].join(', ')}
       FROM deal FINAL WHERE NOT deleted AND ${condition.text} GROUP BY ${names.join(', ')}`,
      condition.parameters,
    );
    return orderGroups(gather(rows, groupBy.length), groupBy);
  }
}

function presentDeal(row: PresentRow): PresentDeal {
  const [id, version, deleted, outcome, stage_id, pipeline_id, product_id, manager_id, department_id, branch_id, business_date, currency, amount, margin] = row;
  return {
    version,
    figure: figureRow({
      id, deleted, outcome, stage_id, pipeline_id, product_id, manager_id, department_id, branch_id, business_date, currency, amount, margin,
    }),
  };
}

function cubeCell(row: CellRow): CubeCell {
  const [outcome, currency, stage, pipeline, product, manager, department, branch, period, count, amount, margin, marginCount] = row;
  return {
    outcome, currency, stage, pipeline, product, manager, department, branch, period,
    count: Number(count),
    amount: parseMoneyUnits(amount),
    margin: parseMoneyUnits(margin),
    marginCount: Number(marginCount),
  };
}

function gather(rows: readonly string[][], width: number): FigureGroup[] {
  const groups = new Map<string, { keys: string[]; parts: FigurePart[] }>();
  for (const row of rows) {
    const keys = row.slice(0, width);
    const id = JSON.stringify(keys);
    const group = groups.get(id) ?? { keys, parts: [] };
    groups.set(id, group);
    const [outcome, currency, count, amount, margin, marginCount] = row.slice(width) as [Outcome, string, string, string, string, string];
    group.parts.push({
      outcome, currency,
      count: Number(count),
      amount: parseMoneyUnits(amount),
      margin: parseMoneyUnits(margin),
      marginCount: Number(marginCount),
    });
  }
  return [...groups.values()].map(({ keys, parts }) => ({ keys, parts: orderParts(parts) }));
}
