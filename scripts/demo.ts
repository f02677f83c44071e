// node scripts/demo.ts, called by npm start
//
// Loads the demo company through the public REST API: the organization and a
// year of history as the importer, then a few days of live work by the people
// themselves. Every row carries an external id or an idempotency key, so it can
// be run again and goes on where it was interrupted.
import { writeFileSync } from 'node:fs';
import { informationSources, lossReasons, products } from './demo/catalogue.ts';
import { clients } from './demo/clients.ts';
import { branches, departments, employees } from './demo/company.ts';
import { dealHistory } from './demo/history.ts';
import { readDemoConfig, type DemoConfig } from './demo/config.ts';
import { liveWork } from './demo/live-work.ts';
import { setUpLogins } from './demo/logins.ts';
import { readAddresses, RestClient, type Addresses } from './rest-client.ts';

const SOURCE = 'demo';
const CURRENCY = 'UAH';
const BATCH = 500;

interface Row {
  readonly id: string;
  readonly etag: string;
  readonly externalId?: { readonly key: string };
}
interface DepartmentRow extends Row {
  readonly headEmployeeId?: string;
}
interface PipelineRow extends Row {
  readonly defaultPipeline?: boolean;
  readonly stages: readonly { readonly id: string }[];
}

const money = (amount: number): object => ({ amount: String(amount), currencyCode: CURRENCY });
const externalId = (key: string): object => ({ source: SOURCE, key });

class DemoCompany {
  readonly #config: DemoConfig;
  readonly #addresses: Addresses;
  readonly #importer: RestClient;

  constructor(config: DemoConfig) {
    this.#config = config;
    this.#addresses = readAddresses(config.addressesFile);
    this.#importer = RestClient.as(this.#addresses, 'importer');
  }

  async load(): Promise<void> {
    const branchRows = await this.#create('branches', 'branch', branches, (branch) => ({
      externalId: externalId(branch.key),
      displayName: branch.name,
      timeZone: branch.timeZone,
      countryCode: 'UA',
      currencyCode: CURRENCY,
    }));
    const departmentRows = await this.#departments(branchRows);
    const staff = await this.#create('employees', 'employee', employees, (employee) => ({
      externalId: externalId(employee.username),
      givenName: employee.givenName,
      familyName: employee.familyName,
      middleName: employee.middleName,
      position: employee.position,
      email: `${employee.username}@leader.example`,
      username: employee.username,
      branchId: idOf(branchRows, employee.branch),
      departmentId: idOf(departmentRows, employee.department),
    }));
    await this.#appointHeads(departmentRows, staff);
    const place = (username: string): object => {
      const employee = employees.find((candidate) => candidate.username === username);
      if (!employee) throw new Error(`There is no demo employee "${username}".`);
      return {
        ownerId: idOf(staff, username),
        departmentId: idOf(departmentRows, employee.department),
        branchId: idOf(branchRows, employee.branch),
      };
    };
    const counterparties = await this.#clients(place);
    const productRows = await this.#create('products', 'product', products, (product) => ({
      externalId: externalId(product.key),
      displayName: product.name,
      sku: product.key,
      groupName: product.group,
      unit: product.unit,
      price: money(product.price),
      cost: money(product.cost),
    }));
    await this.#create('information-sources', 'informationSource', informationSources, (source) => ({
      externalId: externalId(source.key),
      displayName: source.name,
      kind: source.kind,
      ...(source.monthlyCost > 0 && { monthlyCost: money(source.monthlyCost) }),
    }));
    await this.#deals(place, counterparties, productRows);
    const logins = await setUpLogins(this.#addresses, this.#config.keycloakAdmin, this.#config.password);
    writeFileSync(this.#config.loginsFile, `${JSON.stringify(logins, null, 2)}\n`, { mode: 0o600 });
    await liveWork({ ...this.#addresses, users: logins }, counterparties, productRows);
  }

  async #departments(branchRows: ReadonlyMap<string, Row>): Promise<ReadonlyMap<string, DepartmentRow>> {
    const rows = new Map<string, DepartmentRow>();
    for (const department of departments) {
      const created = await this.#create<(typeof departments)[number], DepartmentRow>(
        'departments',
        'department',
        [department],
        () => ({
          externalId: externalId(department.key),
          displayName: department.name,
          ...(department.branch && { branchId: idOf(branchRows, department.branch) }),
          ...(department.parent && { parentId: idOf(rows, department.parent) }),
        }),
      );
      for (const [key, row] of created) rows.set(key, row);
    }
    return rows;
  }

  async #appointHeads(rows: ReadonlyMap<string, DepartmentRow>, staff: ReadonlyMap<string, Row>): Promise<void> {
    for (const { key, head } of departments) {
      const row = rows.get(key);
      if (!head || !row || row.headEmployeeId === idOf(staff, head)) continue;
      await this.#importer.patch(`/v1/departments/${row.id}`, `"${row.etag}"`, { headEmployeeId: idOf(staff, head) });
    }
  }

  async #clients(place: (username: string) => object): Promise<ReadonlyMap<string, Row>> {
    const rows = await this.#create('counterparties', 'counterparty', clients, (client) => ({
      externalId: externalId(client.key),
      displayName: client.name,
      legalName: client.legalName,
      kinds: client.kinds,
      industry: client.industry,
      territory: client.city,
      addresses: [{ kind: 'KIND_ACTUAL', countryCode: 'UA', city: client.city }],
      bankAccounts: [
        {
          bankName: 'АТ «Банк Лидер»',
          account: `UA00${client.key.replaceAll(/\D/g, '').padStart(25, '0')}`,
          currencyCode: CURRENCY,
        },
      ],
      ...place(client.owner),
    }));
    await this.#create('people', 'person', clients, (client) => ({
      externalId: externalId(`${client.key}-contact`),
      givenName: client.person.givenName,
      familyName: client.person.familyName,
      middleName: client.person.middleName,
      affiliations: [
        { counterpartyId: idOf(rows, client.key), position: client.person.position, influence: 3, main: true },
      ],
      preferences: 'Телефонувати до обіду.',
      ...place(client.owner),
    }));
    return rows;
  }

  async #deals(
    place: (username: string) => object,
    counterparties: ReadonlyMap<string, Row>,
    productRows: ReadonlyMap<string, Row>,
  ): Promise<void> {
    const pipeline = await this.#defaultPipeline();
    const reasons = new Map<string, Row>();
    for (const reason of lossReasons) {
      const row = await this.#importer.post<Row>('/v1/loss-reasons', {
        externalId: externalId(reason.key),
        displayName: reason.name,
      });
      reasons.set(reason.key, row);
    }
    const today = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Kyiv' }).format(new Date());
    await this.#create('deals', 'deal', dealHistory(today), (deal) => ({
      externalId: externalId(deal.key),
      displayName: deal.name,
      counterpartyId: idOf(counterparties, deal.client),
      productId: idOf(productRows, deal.product),
      pipelineId: pipeline.id,
      stageId: pipeline.stages[deal.stage]?.id,
      outcome: `OUTCOME_${deal.outcome}`,
      amount: money(deal.amount),
      cost: money(deal.cost),
      startDate: { value: deal.startDate },
      ...(deal.closeDate && { closeDate: { value: deal.closeDate } }),
      ...(deal.expectedCloseDate && { expectedCloseDate: { value: deal.expectedCloseDate } }),
      ...(deal.lossReason && { lossReasonId: idOf(reasons, deal.lossReason) }),
      ...place(deal.owner),
    }));
  }

  async #defaultPipeline(): Promise<PipelineRow> {
    for await (const pipeline of this.#importer.list<PipelineRow>('/v1/pipelines', 'pipelines')) {
      if (pipeline.defaultPipeline) return pipeline;
    }
    throw new Error('There is no default pipeline: the deals service makes one when it starts.');
  }

  async #create<S, T extends Row = Row>(
    collection: string,
    noun: string,
    items: readonly S[],
    body: (item: S) => object,
  ): Promise<ReadonlyMap<string, T>> {
    const rows = new Map<string, T>();
    const member = collection.replaceAll(/-(.)/g, (_match, letter: string) => letter.toUpperCase());
    for (let start = 0; start < items.length; start += BATCH) {
      const requests = items.slice(start, start + BATCH).map((item) => ({ [noun]: body(item) }));
      const answer = await this.#importer.post<Record<string, T[]>>(`/v1/${collection}:batchCreate`, { requests });
      for (const row of answer[member] ?? []) if (row.externalId) rows.set(row.externalId.key, row);
    }
    return rows;
  }
}

function idOf(rows: ReadonlyMap<string, Row>, key: string): string {
  const row = rows.get(key);
  if (!row) throw new Error(`"${key}" was expected among the rows created, and is not there.`);
  return row.id;
}

new DemoCompany(readDemoConfig()).load().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
