// What the daily board must show for the "CRM sales opportunities" files, computed from the files alone: no code of
// the product or of the import is used here.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';

/** One opportunity as the files tell it. */
export interface ExpectedDeal {
  readonly id: string;
  readonly outcome: 'OPEN' | 'WON' | 'LOST';
  /** Stage; a closed one was closed from Engaging. */
  readonly stage: 'Prospecting' | 'Engaging';
  /** Regional office. */
  readonly branch: string;
  /** The sales agent who is credited, given name first. */
  readonly manager: string;
  /** Who heads the agent's department, given name first. */
  readonly department: string;
  readonly product: string;
  /** Close date, else engage date, else empty. */
  readonly businessDate: string;
  /** Whole USD; undefined where the file gives none. */
  readonly amount: number | undefined;
}

export const EXPECTED_DIMENSIONS = ['outcome', 'stage', 'branch', 'department', 'manager', 'product', 'month'] as const;
export type ExpectedDimension = (typeof EXPECTED_DIMENSIONS)[number];

/** The measures of one row of the board. */
export interface ExpectedMeasures {
  readonly count: number;
  readonly openCount: number;
  readonly wonCount: number;
  readonly lostCount: number;
  /** Sums in USD as canonical decimals; undefined where no deal of the kind has an amount. */
  readonly amount: string | undefined;
  readonly openAmount: string | undefined;
  readonly wonAmount: string | undefined;
  /** Percent, half up to two places, canonical; undefined where nothing is closed. */
  readonly winRate: string | undefined;
}

/** One cell of a board: how many deals, and the sum of their amounts in USD, `0` where none has one. */
export interface Cell {
  readonly count: number;
  readonly amount: string;
}

/** Cells by what the board shows for their key. */
export type Cells = Readonly<Record<string, Cell>>;

/** Every board that the import is compared by, cell by cell. */
export function expectedFigures(
  folder: string,
): Record<
  'byOutcome' | 'openByStage' | 'wonByBranch' | 'wonByDepartment' | 'wonByManager' | 'wonByProduct' | 'wonByMonth',
  Cells
> {
  const deals = readExpectedDeals(folder);
  const of = (outcome: ExpectedDeal['outcome']): ExpectedDeal[] => deals.filter((deal) => deal.outcome === outcome);
  const won = of('WON');
  return {
    byOutcome: cells(deals, 'outcome', (outcome) => outcome.charAt(0) + outcome.slice(1).toLowerCase()),
    openByStage: cells(of('OPEN'), 'stage'),
    wonByBranch: cells(won, 'branch'),
    wonByDepartment: cells(won, 'department'),
    wonByManager: cells(won, 'manager', familyNameFirst),
    wonByProduct: cells(won, 'product'),
    wonByMonth: cells(won, 'month'),
  };
}

/** Reads the opportunities of a folder with the four CSV files. */
export function readExpectedDeals(folder: string): ExpectedDeal[] {
  const table = (file: string): Record<string, string>[] =>
    parse(readFileSync(join(folder, file), 'utf8'), { columns: true, bom: true, skip_empty_lines: true });
  const teams = new Map(table('sales_teams.csv').map((row) => [text(row, 'sales_agent'), row]));
  const products = new Set(table('products.csv').map((row) => text(row, 'product')));
  return table('sales_pipeline.csv').map((row) => {
    const team = teams.get(text(row, 'sales_agent'));
    if (team === undefined) throw new Error(`No team of ${text(row, 'sales_agent')}.`);
    const written = text(row, 'product');
    const product = written === 'GTXPro' ? 'GTX Pro' : written;
    if (!products.has(product)) throw new Error(`No product ${product}.`);
    const value = text(row, 'close_value');
    if (!/^\d*$/.test(value)) throw new Error(`${value} is not a whole amount.`);
    return {
      id: text(row, 'opportunity_id'),
      ...standing(text(row, 'deal_stage')),
      branch: text(team, 'regional_office'),
      manager: text(row, 'sales_agent'),
      department: text(team, 'manager'),
      product,
      businessDate: text(row, 'close_date') || text(row, 'engage_date'),
      amount: value === '' ? undefined : Number(value),
    };
  });
}

/** The rows of a board grouped by one dimension, by its value: a name, an outcome or `YYYY-MM`; empty for none. */
export function expectedRows(
  deals: readonly ExpectedDeal[],
  dimension: ExpectedDimension,
): Map<string, ExpectedMeasures> {
  const keyOf = (deal: ExpectedDeal): string =>
    dimension === 'month' ? deal.businessDate.slice(0, 7) : deal[dimension];
  const groups = Map.groupBy(deals, keyOf);
  return new Map([...groups].map(([key, group]) => [key, expectedMeasures(group)]));
}

/** The totals of a board over these deals. */
export function expectedMeasures(deals: readonly ExpectedDeal[]): ExpectedMeasures {
  const of = (outcome: ExpectedDeal['outcome']): ExpectedDeal[] => deals.filter((deal) => deal.outcome === outcome);
  const [open, won, lost] = [of('OPEN'), of('WON'), of('LOST')];
  return {
    count: deals.length,
    openCount: open.length,
    wonCount: won.length,
    lostCount: lost.length,
    amount: sum(deals),
    openAmount: sum(open),
    wonAmount: sum(won),
    winRate: percent(won.length, won.length + lost.length),
  };
}

function cells(
  deals: readonly ExpectedDeal[],
  dimension: ExpectedDimension,
  shown = (key: string): string => key,
): Cells {
  const rows = [...expectedRows(deals, dimension)];
  return Object.fromEntries(rows.map(([key, { count, amount }]) => [shown(key), { count, amount: amount ?? '0' }]));
}

/** As lists of employees show them. */
function familyNameFirst(name: string): string {
  const [given = '', ...family] = name.split(' ');
  return [...family, given].join(' ');
}

function standing(stage: string): Pick<ExpectedDeal, 'outcome' | 'stage'> {
  if (stage === 'Won') return { outcome: 'WON', stage: 'Engaging' };
  if (stage === 'Lost') return { outcome: 'LOST', stage: 'Engaging' };
  if (stage === 'Prospecting' || stage === 'Engaging') return { outcome: 'OPEN', stage };
  throw new Error(`No stage ${stage}.`);
}

function sum(deals: readonly ExpectedDeal[]): string | undefined {
  const amounts = deals.flatMap(({ amount }) => (amount === undefined ? [] : [amount]));
  return amounts.length === 0 ? undefined : String(amounts.reduce((total, amount) => total + amount, 0));
}

function percent(part: number, whole: number): string | undefined {
  if (whole === 0) return undefined;
  const hundredths = Math.floor((part * 20_000 + whole) / (2 * whole)); // whole numbers: nothing to round but the half
  return String(hundredths / 100);
}

function text(row: Record<string, string>, column: string): string {
  const value = row[column];
  if (value === undefined) throw new Error(`No column ${column}.`);
  return value.trim();
}
