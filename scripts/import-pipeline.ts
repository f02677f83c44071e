// npm run import:pipeline -- <folder> [--user importer] [--addresses .run/addresses.json]
//
// Loads the "CRM sales opportunities" data set through the public REST API, as
// a user with the importer role. Every row carries an external id, so a run
// that was killed goes on where it stopped and a second run changes nothing.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { millions, readPipeline, SOURCE, type Opportunity, type PipelineData } from './import/pipeline-data.ts';
import { ProgressBar } from './import/progress-bar.ts';
import { readAddresses, RestClient } from './rest-client.ts';

const BATCH = 500;
const CURRENCY = 'USD';
/** Time zones of the three regional offices; the data set names none. */
const TIME_ZONES: Record<string, string> = {
  Central: 'America/Chicago',
  East: 'America/New_York',
  West: 'America/Los_Angeles',
};
const STAGES = ['Prospecting', 'Engaging'];

interface Resource {
  readonly id: string;
  readonly etag: string;
  readonly externalId?: { readonly source: string; readonly key: string };
}
interface Department extends Resource {
  readonly headEmployeeId?: string;
}
interface Pipeline extends Resource {
  readonly stages: readonly { readonly id: string; readonly displayName: string }[];
}
/** External key → the row. */
type Rows<T extends Resource = Resource> = ReadonlyMap<string, T>;

/** The trio that a row made by a program must name. */
interface Place {
  readonly ownerId: string;
  readonly departmentId: string;
  readonly branchId: string;
}

const externalId = (key: string): { source: string; key: string } => ({ source: SOURCE, key });

class PipelineImport {
  readonly #client: RestClient;
  readonly #data: PipelineData;

  constructor(client: RestClient, data: PipelineData) {
    this.#client = client;
    this.#data = data;
  }

  async run(): Promise<void> {
    const branches = await this.#create('branches', 'branch', this.#data.offices, (office) => ({
      externalId: externalId(office),
      displayName: office,
      timeZone: TIME_ZONES[office] ?? 'America/Chicago',
      countryCode: 'US',
      currencyCode: CURRENCY,
    }));
    const departments = await this.#create<{ name: string; office: string }, Department>(
      'departments',
      'department',
      this.#data.managers,
      (manager) => ({
        externalId: externalId(manager.name),
        displayName: `Sales, ${manager.name}`,
        branchId: idOf(branches, manager.office),
      }),
    );
    const employees = await this.#employees(branches, departments);
    await this.#appointHeads(departments, employees);
    const places = new Map(
      this.#data.agents.map((agent): [string, Place] => [
        agent.name,
        {
          ownerId: idOf(employees, agent.name),
          departmentId: idOf(departments, agent.manager),
          branchId: idOf(branches, agent.office),
        },
      ]),
    );
    const counterparties = await this.#counterparties(places);
    const products = await this.#create('products', 'product', this.#data.products, (product) => ({
      externalId: externalId(product.name),
      displayName: product.name,
      groupName: product.series,
      price: { amount: product.price, currencyCode: CURRENCY },
    }));
    const pipelines = await this.#create<string, Pipeline>('pipelines', 'pipeline', ['pipeline'], (key) => ({
      externalId: externalId(key),
      displayName: 'CRM sales opportunities',
      stages: STAGES.map((displayName) => ({ displayName })),
    }));
    await this.#deals(places, counterparties, products, pipelines);
  }

  async #employees(branches: Rows, departments: Rows): Promise<Rows> {
    const people = [
      ...this.#data.managers.map((manager) => ({ ...manager, manager: manager.name, position: 'Sales manager' })),
      ...this.#data.agents.map((agent) => ({ ...agent, position: 'Sales agent' })),
    ];
    return this.#create('employees', 'employee', people, (person) => {
      const [givenName = '', ...family] = person.name.split(' ');
      return {
        externalId: externalId(person.name),
        givenName,
        familyName: family.join(' '),
        position: person.position,
        branchId: idOf(branches, person.office),
        departmentId: idOf(departments, person.manager),
      };
    });
  }

  async #appointHeads(departments: Rows<Department>, employees: Rows): Promise<void> {
    for (const [manager, department] of departments) {
      const headEmployeeId = idOf(employees, manager);
      if (department.headEmployeeId === headEmployeeId) continue;
      await this.#client.patch(`/v1/departments/${department.id}`, `"${department.etag}"`, { headEmployeeId });
    }
  }

  /** Parents first, so that a subsidiary can name its parent. */
  async #counterparties(places: ReadonlyMap<string, Place>): Promise<Rows> {
    const known = new Map<string, Resource>();
    const body = (account: PipelineData['accounts'][number]): object => ({
      externalId: externalId(account.name),
      displayName: account.name,
      kinds: ['KIND_CLIENT'],
      industry: account.sector,
      territory: account.location,
      ...(account.foundingYear && { foundingYear: account.foundingYear }),
      ...(account.employees !== undefined && { employeeCount: account.employees }),
      ...(account.revenue && { annualRevenue: { amount: millions(account.revenue), currencyCode: CURRENCY } }),
      ...(account.parent && { parentId: idOf(known, account.parent) }),
      ...placeOf(places, account.owner),
    });
    for (const generation of generations(this.#data.accounts)) {
      const created = await this.#create('counterparties', 'counterparty', generation, body);
      for (const [key, row] of created) known.set(key, row);
    }
    return known;
  }

  async #deals(
    places: ReadonlyMap<string, Place>,
    clients: Rows,
    products: Rows,
    pipelines: Rows<Pipeline>,
  ): Promise<void> {
    const pipeline = pipelines.get('pipeline');
    if (!pipeline) throw new Error('The gateway did not return the pipeline that was created.');
    const stages = new Map(pipeline.stages.map((stage) => [stage.displayName, stage.id]));
    await this.#create('deals', 'deal', this.#data.opportunities, (deal: Opportunity) => ({
      externalId: externalId(deal.id),
      displayName: deal.account ? `${deal.product} for ${deal.account}` : deal.product,
      ...(deal.account && { counterpartyId: idOf(clients, deal.account) }),
      productId: idOf(products, deal.product),
      pipelineId: pipeline.id,
      stageId: stages.get(deal.stage),
      outcome: `OUTCOME_${deal.outcome}`,
      ...(deal.amount && { amount: { amount: deal.amount, currencyCode: CURRENCY } }),
      ...(deal.startDate && { startDate: { value: deal.startDate } }),
      ...(deal.closeDate && { closeDate: { value: deal.closeDate } }),
      ...placeOf(places, deal.agent),
    }));
  }

  /** Creates rows in batches; those that exist already come back as they are. */
  async #create<S, T extends Resource = Resource>(
    collection: string,
    noun: string,
    items: readonly S[],
    body: (item: S) => object,
  ): Promise<Rows<T>> {
    const rows = new Map<string, T>();
    const bar = new ProgressBar(collection, items.length);
    for (let start = 0; start < items.length; start += BATCH) {
      const requests = items.slice(start, start + BATCH).map((item) => ({ [noun]: body(item) }));
      const answer = await this.#client.post<Record<string, T[]>>(`/v1/${collection}:batchCreate`, { requests });
      for (const row of answer[collection] ?? []) rows.set(row.externalId?.key ?? row.id, row);
      bar.advance(requests.length);
    }
    bar.finish();
    return rows;
  }
}

function idOf(rows: Rows, key: string): string {
  const row = rows.get(key);
  if (!row) throw new Error(`"${key}" was expected among the rows created, and is not there.`);
  return row.id;
}

function placeOf(places: ReadonlyMap<string, Place>, agent: string): Place {
  const place = places.get(agent);
  if (!place) throw new Error(`Agent "${agent}" is not in sales_teams.csv.`);
  return place;
}

/** Splits a holding forest into generations: those whose parent stands in an earlier one. */
function generations<T extends { readonly name: string; readonly parent: string }>(items: readonly T[]): T[][] {
  const level = new Map<string, number>();
  const result: T[][] = [];
  for (const item of items) {
    const own = item.parent ? (level.get(item.parent) ?? -1) + 1 : 0;
    level.set(item.name, own);
    (result[own] ??= []).push(item);
  }
  return result;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      user: { type: 'string', default: 'importer' },
      addresses: { type: 'string', default: '.run/addresses.json' },
    },
  });
  const [folder] = positionals;
  if (!folder) throw new Error('Name the folder with the CSV files: npm run import:pipeline -- <folder>');
  const file = (name: string): string => readFileSync(join(folder, name), 'utf8');
  const data = readPipeline({
    accounts: file('accounts.csv'),
    products: file('products.csv'),
    teams: file('sales_teams.csv'),
    opportunities: file('sales_pipeline.csv'),
  });
  await new PipelineImport(RestClient.as(readAddresses(values.addresses), values.user), data).run();
  for (const [written, { product, rows }] of data.resolved)
    console.log(`"${written}" is read as "${product}" in ${rows} rows.`);
  console.log(`${data.withoutAccount} deals name no account and stay without a counterparty.`);
  console.log(
    `Imported or found: ${data.offices.length} branches, ${data.managers.length} departments, ` +
      `${data.managers.length + data.agents.length} employees, ${data.accounts.length} counterparties, ` +
      `${data.products.length} products, ${data.opportunities.length} deals.`,
  );
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
