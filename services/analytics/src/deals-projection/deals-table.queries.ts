import { setImmediate as nextTurn } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { ClickHouseClient } from '@clickhouse/client';
import { ENGINE, readRows } from '../engine/engine.js';
import { CUBE_DIMENSIONS, SUM_BASE, SUMS, WIDTH, type CubeDimension } from '../figures/cube-cells.js';
import { Cube, type CubeShape } from '../figures/cube.js';
import {
  orderGroups,
  orderParts,
  type FigureGroup,
  type FigurePart,
  type GroupDimension,
  type Outcome,
} from '../figures/figure-row.js';
import { parseMoneyUnits } from '../figures/money-units.js';
import { figureRow, type DealRow, type PresentDeal } from './deal-row.js';

type PresentRow = [
  id: string,
  version: number,
  deleted: boolean,
  outcome: Outcome,
  stage: string,
  pipeline: string,
  product: string,
  manager: string,
  department: string,
  branch: string,
  date: string | null,
  currency: string,
  amount: string | null,
  margin: string | null,
];
/** A cell as the engine writes it in RowBinary: codes, then sums, each of a fixed width. */
const CELL_BYTES = WIDTH * 4 + SUMS * 8;
const CELLS_AT_ONCE = 10_000;

const CURRENCY = `if(isNull(amount), '', currency)`;
const DAY = `ifNull(toString(business_date), '')`;
const MEASURES = `count(), ifNull(sum(amount), 0), ifNull(sum(margin), 0), count(margin)`;

const MONTH = `substring(${DAY}, 1, 7)`;

/** Dimensions of cells, as SQL. */
const CELL_COLUMNS: Readonly<Record<Exclude<CubeDimension, 'period'>, string>> = {
  outcome: 'toString(outcome)',
  currency: `toString(${CURRENCY})`,
  stage: 'toString(stage_id)',
  pipeline: 'toString(pipeline_id)',
  product: 'toString(product_id)',
  manager: 'toString(manager_id)',
  department: 'toString(department_id)',
  branch: 'toString(branch_id)',
};

/** What groups are keyed by, as SQL; the same values as the cube gives. */
const KEYS: Readonly<Record<GroupDimension, string>> = {
  outcome: 'outcome',
  stage: 'stage_id',
  pipeline: 'pipeline_id',
  product: 'product_id',
  manager: 'manager_id',
  department: 'department_id',
  branch: 'branch_id',
  month: MONTH,
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
    const [row] = await readRows<[string, string]>(
      this.engine,
      'SELECT count(), toUnixTimestamp64Milli(max(occur_time)) FROM deal',
    );
    return row === undefined || row[0] === '0' ? undefined : new Date(Number(row[1]));
  }

  /** How many deals there are, about. */
  async count(): Promise<number> {
    const [row] = await readRows<[string]>(this.engine, 'SELECT count() FROM deal');
    return Number(row?.[0] ?? 0);
  }

  /** How many cells cubes without these dimensions would have, with months for periods; about. */
  async cellsByMonth(rollUps: readonly (readonly CubeDimension[])[]): Promise<number[]> {
    const counts = rollUps.map((without) => `uniqCombined(cityHash64(${cellKeys(without, MONTH).join(', ')}))`);
    const [row] = await readRows<string[]>(
      this.engine,
      `SELECT ${counts.join(', ')} FROM deal FINAL WHERE NOT deleted`,
    );
    return (row ?? []).map(Number);
  }

  /**
   * The first month (`YYYY-MM`) that a cube keeps by day when at most `budget`
   * of its cells may be; empty when all of them fit.
   */
  async firstMonthByDay(without: readonly CubeDimension[], budget: number): Promise<string> {
    const months = await readRows<[string, string]>(
      this.engine,
      `SELECT ${MONTH} AS month, uniqCombined(cityHash64(${cellKeys(without, DAY).join(', ')}))
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

  /**
   * A cube of this shape over all deals. Values travel once and cells as codes:
   * millions of ids as text would take gigabytes. Nobody may write meanwhile.
   */
  async cubeOf(shape: CubeShape): Promise<Cube> {
    const cube = new Cube(shape);
    const period = shape.coarseBefore === '' ? DAY : `if(${MONTH} < {coarseBefore: String}, ${MONTH}, ${DAY})`;
    const keys = cellKeys(shape.without, period);
    const parameters = shape.coarseBefore === '' ? {} : { coarseBefore: shape.coarseBefore };
    const lists = keys.map((key) => `arraySort(groupUniqArray(${key}))`);
    // Read twice, here and in the next statement: without FINAL a merge in between would change the lists, and with them the codes.
    const valueLists = `SELECT tuple(${lists.join(', ')}) FROM deal FINAL WHERE NOT deleted`;
    const [[values] = [[]]] = await readRows<[string[][]]>(this.engine, valueLists, parameters);
    values.forEach((list, index) => list.forEach((value) => cube.books[index]!.codeOf(value)));

    const codes = keys.map(
      (_, index) => `toInt32(transform(key${index}, values.${index + 1}, arrayEnumerate(values.${index + 1}), 0) - 1)`,
    );
    const { stream } = await this.engine.exec({
      query: `WITH (${valueLists}) AS values
        SELECT ${codes.join(', ')}, toFloat64(deals),
          toFloat64(intDiv(amounts, ${SUM_BASE})), toFloat64(amounts % ${SUM_BASE}),
          toFloat64(intDiv(margins, ${SUM_BASE})), toFloat64(margins % ${SUM_BASE}), toFloat64(known_margins)
        FROM (
          SELECT ${keys.map((key, index) => `${key} AS key${index}`).join(', ')}, count() AS deals,
            toInt128(ifNull(sum(amount), 0) * 10000) AS amounts, toInt128(ifNull(sum(margin), 0) * 10000) AS margins,
            count(margin) AS known_margins
          FROM deal FINAL WHERE NOT deleted GROUP BY ${keys.map((_, index) => `key${index}`).join(', ')}
        ) FORMAT RowBinary`,
      query_params: parameters,
    });
    for await (const records of fixedRecords(stream, CELL_BYTES)) loadCells(cube, records);
    return cube;
  }

  /** Figures over the rows that a condition keeps, straight from the table. */
  async groups(
    condition: { text: string; parameters: Record<string, unknown> },
    groupBy: readonly GroupDimension[],
  ): Promise<FigureGroup[]> {
    const keys = groupBy.map((dimension, index) => `${KEYS[dimension]} AS key${index}`);
    const names = [...keys.map((_, index) => `key${index}`), 'part_outcome', 'part_currency'];
    const rows = await readRows<string[]>(
      this.engine,
      `SELECT ${[...keys, 'outcome AS part_outcome', `${CURRENCY} AS part_currency`, MEASURES].join(', ')}
       FROM deal FINAL WHERE NOT deleted AND ${condition.text} GROUP BY ${names.join(', ')}`,
      condition.parameters,
    );
    return orderGroups(gather(rows, groupBy.length), groupBy);
  }
}

function presentDeal(row: PresentRow): PresentDeal {
  const [
    id,
    version,
    deleted,
    outcome,
    stage_id,
    pipeline_id,
    product_id,
    manager_id,
    department_id,
    branch_id,
    business_date,
    currency,
    amount,
    margin,
  ] = row;
  return {
    version,
    figure: figureRow({
      id,
      deleted,
      outcome,
      stage_id,
      pipeline_id,
      product_id,
      manager_id,
      department_id,
      branch_id,
      business_date,
      currency,
      amount,
      margin,
    }),
  };
}

/** Whole records out of a stream of bytes that is cut anywhere. */
async function* fixedRecords(stream: AsyncIterable<Uint8Array>, width: number): AsyncGenerator<DataView> {
  let rest = new Uint8Array(0);
  for await (const chunk of stream) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const whole = bytes.length - (bytes.length % width);
    // In pieces, so that others may run between them.
    for (let at = 0; at < whole; at += width * CELLS_AT_ONCE) {
      yield new DataView(bytes.buffer, bytes.byteOffset + at, Math.min(width * CELLS_AT_ONCE, whole - at));
      await nextTurn();
    }
    rest = bytes.slice(whole);
  }
  if (rest.length > 0) throw new Error('The engine’s answer ends within a record.');
}

function loadCells(cube: Cube, records: DataView): void {
  const codes = new Int32Array(WIDTH);
  const sums = new Float64Array(SUMS);
  for (let at = 0; at < records.byteLength; at += CELL_BYTES) {
    for (let index = 0; index < WIDTH; index++) codes[index] = records.getInt32(at + index * 4, true);
    for (let index = 0; index < SUMS; index++) sums[index] = records.getFloat64(at + WIDTH * 4 + index * 8, true);
    cube.load(codes, sums);
  }
}

/** Keys of a cell, in the order of a cube's dimensions; what it does not know is empty. */
function cellKeys(without: readonly CubeDimension[], period: string): string[] {
  return CUBE_DIMENSIONS.map((dimension) => {
    if (without.includes(dimension)) return `''`;
    return dimension === 'period' ? period : CELL_COLUMNS[dimension];
  });
}

function gather(rows: readonly string[][], width: number): FigureGroup[] {
  const groups = new Map<string, { keys: string[]; parts: FigurePart[] }>();
  for (const row of rows) {
    const keys = row.slice(0, width);
    const id = JSON.stringify(keys);
    const group = groups.get(id) ?? { keys, parts: [] };
    groups.set(id, group);
    const [outcome, currency, count, amount, margin, marginCount] = row.slice(width) as [
      Outcome,
      string,
      string,
      string,
      string,
      string,
    ];
    group.parts.push({
      outcome,
      currency,
      count: Number(count),
      amount: parseMoneyUnits(amount),
      margin: parseMoneyUnits(margin),
      marginCount: Number(marginCount),
    });
  }
  return [...groups.values()].map(({ keys, parts }) => ({ keys, parts: orderParts(parts) }));
}
