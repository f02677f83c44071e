// Reads the "CRM sales opportunities" CSV files and says what rows they mean.
// Pure: no network, no clock.
import { parse } from 'csv-parse/sync';

/** Name under which the rows' external ids stand. */
export const SOURCE = 'crm_sales_opportunities';

export interface PipelineFiles {
  readonly accounts: string;
  readonly products: string;
  readonly teams: string;
  readonly opportunities: string;
}

export interface Agent {
  readonly name: string;
  readonly manager: string;
  readonly office: string;
}

export interface Account {
  readonly name: string;
  readonly sector: string;
  readonly foundingYear?: number;
  /** In millions of USD, as the file gives it. */
  readonly revenue: string;
  readonly employees?: number;
  readonly location: string;
  readonly parent: string;
  /** Agent who has most of its deals; the first by name where several have. */
  readonly owner: string;
}

export interface Product {
  readonly name: string;
  readonly series: string;
  readonly price: string;
}

export interface Opportunity {
  readonly id: string;
  readonly agent: string;
  readonly product: string;
  /** Empty where the file names none. */
  readonly account: string;
  readonly stage: 'Prospecting' | 'Engaging';
  readonly outcome: 'OPEN' | 'WON' | 'LOST';
  /** ISO dates; empty where the file gives none. */
  readonly startDate: string;
  readonly closeDate: string;
  /** Canonical decimal; empty where the file gives none. */
  readonly amount: string;
}

export interface PipelineData {
  readonly offices: readonly string[];
  /** Each heads a department of his own. */
  readonly managers: readonly { readonly name: string; readonly office: string }[];
  readonly agents: readonly Agent[];
  /** Parents before their subsidiaries. */
  readonly accounts: readonly Account[];
  readonly products: readonly Product[];
  readonly opportunities: readonly Opportunity[];
  /** What was read otherwise than written, by what was written. */
  readonly resolved: ReadonlyMap<string, { readonly product: string; readonly rows: number }>;
  readonly withoutAccount: number;
}

const OUTCOMES: Record<string, { stage: Opportunity['stage']; outcome: Opportunity['outcome'] }> = {
  Prospecting: { stage: 'Prospecting', outcome: 'OPEN' },
  Engaging: { stage: 'Engaging', outcome: 'OPEN' },
  // A deal is closed from the last stage it was in: all of these were engaged.
  Won: { stage: 'Engaging', outcome: 'WON' },
  Lost: { stage: 'Engaging', outcome: 'LOST' },
};

/** @throws Error naming the file and the line of the first row that cannot be understood. */
export function readPipeline(files: PipelineFiles): PipelineData {
  const agents = rows(files.teams).map((row) => ({
    name: required(row, 'sales_agent', 'sales_teams.csv'),
    manager: required(row, 'manager', 'sales_teams.csv'),
    office: required(row, 'regional_office', 'sales_teams.csv'),
  }));
  const products = rows(files.products).map((row) => ({
    name: required(row, 'product', 'products.csv'),
    series: row.values.series ?? '',
    price: canonicalDecimal(required(row, 'sales_price', 'products.csv')),
  }));
  const resolved = new Map<string, { product: string; rows: number }>();
  const opportunities = rows(files.opportunities).map((row) => readOpportunity(row, products, agents, resolved));
  return {
    offices: [...new Set(agents.map((agent) => agent.office))].sort(),
    managers: [...new Map(agents.map((agent) => [agent.manager, agent.office]))]
      .map(([name, office]) => ({ name, office }))
      .sort((a, b) => a.name.localeCompare(b.name)),
    agents,
    accounts: parentsFirst(rows(files.accounts).map((row) => readAccount(row, mainAgents(opportunities), agents))),
    products,
    opportunities,
    resolved,
    withoutAccount: opportunities.filter((opportunity) => opportunity.account === '').length,
  };
}

interface Row {
  readonly line: number;
  readonly values: Readonly<Record<string, string>>;
}

function rows(text: string): Row[] {
  const records = parse(text, {
    columns: true,
    bom: true,
    info: true,
    skip_empty_lines: true,
    trim: true,
  }) as unknown as {
    record: Record<string, string>;
    info: { lines: number };
  }[];
  return records.map(({ record, info }) => ({ line: info.lines, values: record }));
}

function required(row: Row, column: string, file: string): string {
  const value = row.values[column];
  if (!value) throw new Error(`${file}, line ${row.line}: ${column} is empty.`);
  return value;
}

function readOpportunity(
  row: Row,
  products: readonly Product[],
  agents: readonly Agent[],
  resolved: Map<string, { product: string; rows: number }>,
): Opportunity {
  const file = 'sales_pipeline.csv';
  const written = required(row, 'product', file);
  const product = findProduct(written, products);
  if (!product) throw new Error(`${file}, line ${row.line}: product "${written}" is not in products.csv.`);
  if (product.name !== written) {
    resolved.set(written, { product: product.name, rows: (resolved.get(written)?.rows ?? 0) + 1 });
  }
  const agent = required(row, 'sales_agent', file);
  if (!agents.some((candidate) => candidate.name === agent)) {
    throw new Error(`${file}, line ${row.line}: agent "${agent}" is not in sales_teams.csv.`);
  }
  const dealStage = required(row, 'deal_stage', file);
  const state = OUTCOMES[dealStage];
  if (!state) throw new Error(`${file}, line ${row.line}: deal_stage "${dealStage}" is unknown.`);
  return {
    id: required(row, 'opportunity_id', file),
    agent,
    product: product.name,
    account: row.values.account ?? '',
    ...state,
    startDate: row.values.engage_date ?? '',
    closeDate: row.values.close_date ?? '',
    amount: row.values.close_value ? canonicalDecimal(row.values.close_value) : '',
  };
}

/** The product of this name, else the only one whose name differs in spaces and case alone. */
function findProduct(written: string, products: readonly Product[]): Product | undefined {
  const exact = products.find((product) => product.name === written);
  if (exact) return exact;
  const folded = fold(written);
  const alike = products.filter((product) => fold(product.name) === folded);
  return alike.length === 1 ? alike[0] : undefined;
}

const fold = (name: string): string => name.replaceAll(/\s+/g, '').toLowerCase();

function mainAgents(opportunities: readonly Opportunity[]): Map<string, string> {
  const counts = new Map<string, Map<string, number>>();
  for (const { account, agent } of opportunities) {
    const byAgent = counts.get(account) ?? new Map<string, number>();
    counts.set(account, byAgent.set(agent, (byAgent.get(agent) ?? 0) + 1));
  }
  return new Map(
    [...counts].map(([account, byAgent]) => {
      const [main] = [...byAgent].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
      return [account, main?.[0] ?? ''];
    }),
  );
}

function readAccount(row: Row, owners: ReadonlyMap<string, string>, agents: readonly Agent[]): Account {
  const name = required(row, 'account', 'accounts.csv');
  return {
    name,
    sector: row.values.sector ?? '',
    ...(row.values.year_established && { foundingYear: Number(row.values.year_established) }),
    revenue: row.values.revenue ?? '',
    ...(row.values.employees && { employees: Number(row.values.employees) }),
    location: row.values.office_location ?? '',
    parent: row.values.subsidiary_of ?? '',
    owner: owners.get(name) ?? agents[0]?.name ?? '',
  };
}

function parentsFirst(accounts: readonly Account[]): Account[] {
  const byName = new Map(accounts.map((account) => [account.name, account]));
  const ordered = new Set<Account>();
  const visit = (account: Account, below: ReadonlySet<Account>): void => {
    if (below.has(account)) throw new Error(`accounts.csv: "${account.name}" is a subsidiary of itself.`);
    const parent = byName.get(account.parent);
    if (parent) visit(parent, new Set([...below, account]));
    ordered.add(account);
  };
  for (const account of accounts) visit(account, new Set());
  return [...ordered];
}

/** `1054.50` → `1054.5`; refuses what is no plain decimal. */
export function canonicalDecimal(text: string): string {
  const match = /^(-?)0*(\d+)(?:\.(\d+?)0*)?$/.exec(text);
  if (!match) throw new Error(`"${text}" is not a decimal number.`);
  const [, sign, whole, fraction] = match;
  const digits = fraction && fraction !== '0' ? `${whole}.${fraction}` : `${whole}`;
  return digits === '0' ? '0' : `${sign}${digits}`;
}

/** A decimal in millions as a plain decimal of units, exactly. */
export function millions(text: string): string {
  const [whole = '0', fraction = ''] = text.split('.');
  return canonicalDecimal(
    `${whole}${fraction.padEnd(6, '0').slice(0, 6)}${fraction.length > 6 ? `.${fraction.slice(6)}` : ''}`,
  );
}
