import { randomUUID } from 'node:crypto';
import { Invoice, type InvoiceLine } from '@rapport/contracts/rapport/billing/v1/invoice';
import { InvoicesServiceService, ListInvoicesRequest } from '@rapport/contracts/rapport/billing/v1/invoices_service';
import { Payment } from '@rapport/contracts/rapport/billing/v1/payment';
import { PaymentsServiceService } from '@rapport/contracts/rapport/billing/v1/payments_service';
import { CounterpartiesServiceService } from '@rapport/contracts/rapport/contacts/v1/counterparties_service';
import { Counterparty, Counterparty_Kind } from '@rapport/contracts/rapport/contacts/v1/counterparty';
import { Branch, Department, Employee } from '@rapport/contracts/rapport/contacts/v1/organization';
import { OrganizationServiceService } from '@rapport/contracts/rapport/contacts/v1/organization_service';
import type { Money } from '@rapport/contracts/rapport/type/v1/type';
import { NeighbourService } from '@rapport/test-kit/neighbour-service';
import { TestDatabase } from '@rapport/test-kit/service-database';
import { type LoggedIn, TestRealm } from '@rapport/test-kit/test-realm';
import { TestedService } from '@rapport/test-kit/tested-service';
import { AppModule } from '../src/app.module.js';

export const definitions = [InvoicesServiceService, PaymentsServiceService];

/** A message with nothing but what the test says. */
export const blank = <T>(codec: { decode(bytes: Uint8Array): T }): T => codec.decode(new Uint8Array());
export const uah = (amount: string): Money => ({ amount, currencyCode: 'UAH' });
export const usd = (amount: string): Money => ({ amount, currencyCode: 'USD' });
export const line = (price: Money, over: Partial<InvoiceLine> = {}): InvoiceLine => ({
  id: '',
  productId: '',
  description: 'Вітрина холодильна',
  quantity: { value: '1' },
  price,
  amount: undefined,
  cost: undefined,
  ...over,
});
export const invoice = (over: Partial<Invoice> = {}): Invoice => ({
  ...blank(Invoice),
  currencyCode: 'UAH',
  lines: [line(uah('100'))],
  ...over,
});
export const list = (filter: string): ListInvoicesRequest => ({ ...blank(ListInvoicesRequest), filter });

/** An employee who is logged in. */
export interface Person extends LoggedIn {
  readonly employee: Employee;
}

/** A billing service; several on one database are its replicas. */
function startBilling(realm: TestRealm, database: TestDatabase, contacts: NeighbourService): Promise<TestedService> {
  return TestedService.start({
    name: 'billing',
    appModule: AppModule,
    definitions,
    database,
    // Deals is away: no invoice here is about a deal or a product, and a service serves without its neighbours.
    addresses: { CONTACTS_URL: contacts.address, DEALS_URL: '127.0.0.1:1' },
    realm,
  });
}

/** A running billing service beside a real contacts, and a small company of two branches. */
export class World {
  kyiv!: Branch;
  /** Fourteen hours ahead of UTC: its day is often another than that of the test. */
  island!: Branch;
  sales!: Department;
  seller!: Person;
  colleague!: Person;
  head!: Person;
  accountant!: Person;
  islander!: Person;
  administrator!: LoggedIn;
  importer!: LoggedIn;
  /** A client of the seller's, and one of the other branch's. */
  shop!: Counterparty;
  hotel!: Counterparty;

  private constructor(
    private readonly realm: TestRealm,
    readonly database: TestDatabase,
    private readonly contacts: NeighbourService,
    private readonly tested: TestedService,
  ) {}

  static async make(): Promise<World> {
    const [realm, database] = await Promise.all([TestRealm.shared(), TestDatabase.make('billing')]);
    const contacts = await NeighbourService.start('contacts', realm);
    const tested = await startBilling(realm, database, contacts);
    const world = new World(realm, database, contacts, tested);
    try {
      await world.found();
      return world;
    } catch (error) {
      await world.stop(); // or the run would wait for what is left behind
      throw error;
    }
  }

  private async found(): Promise<void> {
    this.administrator = await this.realm.program('admin');
    this.importer = await this.realm.program('importer');
    this.kyiv = await this.branchOf('Київ', 'Europe/Kyiv');
    this.island = await this.branchOf('Кірітіматі', 'Pacific/Kiritimati');
    const department = { ...blank(Department), displayName: 'Продажі' };
    this.sales = await this.organization().createDepartment({ requestId: '', department });
    this.seller = await this.hire('seller', this.kyiv);
    this.colleague = await this.hire('seller', this.kyiv);
    this.head = await this.hire('department-head', this.kyiv);
    this.accountant = await this.hire('accountant', this.kyiv);
    this.islander = await this.hire('branch-director', this.island);
    this.shop = await this.counterpartyOf(this.seller);
    this.hotel = await this.counterpartyOf(this.islander);
  }

  invoices = (who: LoggedIn) => this.tested.as(who, InvoicesServiceService);
  payments = (who: LoggedIn) => this.tested.as(who, PaymentsServiceService);

  /** A new draft with a payer. */
  async draftOf(who: LoggedIn, over: Partial<Invoice> = {}): Promise<Invoice> {
    return this.invoices(who).createInvoice({
      requestId: '',
      invoice: invoice({ counterpartyId: this.shop.id, ...over }),
    });
  }

  /** An invoice of the seller's, issued by the accountant. */
  async issued(over: Partial<Invoice> = {}): Promise<Invoice> {
    return this.issue(await this.draftOf(this.seller, over));
  }

  async issue({ id, etag }: Invoice, who: LoggedIn = this.accountant): Promise<Invoice> {
    return this.invoices(who).issueInvoice({ invoiceId: id, etag, dueDate: undefined });
  }

  /** A second replica. */
  async replica(): Promise<TestedService> {
    return startBilling(this.realm, this.database, this.contacts);
  }

  async read(who: LoggedIn, { id }: { id: string }): Promise<Invoice> {
    return this.invoices(who).getInvoice({ invoiceId: id, readMask: undefined });
  }

  async handTo(to: Person, { id, etag }: Invoice, who: LoggedIn = this.accountant): Promise<Invoice> {
    const request = { invoiceId: id, ownerId: to.employee.id, departmentId: '', branchId: '', etag };
    return this.invoices(who).transferInvoice(request);
  }

  async pay(who: LoggedIn, over: Partial<Payment>): Promise<Payment> {
    return this.payments(who).createPayment({ requestId: '', payment: { ...blank(Payment), ...over } });
  }

  /** Types of the events of an aggregate, oldest first, as `InvoiceCreated:1`. */
  async eventsOf({ id }: { id: string }): Promise<string[]> {
    const rows = await this.database.rows<{ event: string }>(
      `select split_part(type, '.', 4) || ':' || version as event from kit.outbox_event where aggregate_id = $1 order by version`,
      [id],
    );
    return rows.map(({ event }) => event);
  }

  async stop(): Promise<void> {
    await this.tested?.stop();
    await this.contacts?.stop();
    await this.database?.drop();
  }

  private organization = () => this.contacts.as(this.administrator, OrganizationServiceService);

  private async branchOf(displayName: string, timeZone: string): Promise<Branch> {
    const branch = { ...blank(Branch), displayName, timeZone, countryCode: 'UA', currencyCode: 'UAH' };
    return this.organization().createBranch({ requestId: '', branch });
  }

  /** An employee of sales with a login. */
  private async hire(role: string, branch: Branch): Promise<Person> {
    const username = `${role}-${randomUUID().slice(0, 8)}`;
    const draft = {
      ...blank(Employee),
      givenName: 'Ім’я',
      familyName: role,
      username,
      email: `${username}@example.invalid`,
      branchId: branch.id,
      departmentId: this.sales.id,
    };
    const employee = await this.organization().createEmployee({ requestId: '', employee: draft });
    const identity = { username, employeeId: employee.id, branchId: branch.id, departmentPath: this.sales.id };
    const login = await this.realm.employee(role, identity);
    return { ...login, employee };
  }

  private async counterpartyOf(who: LoggedIn): Promise<Counterparty> {
    const counterparty = { ...blank(Counterparty), displayName: 'Гастроном', kinds: [Counterparty_Kind.CLIENT] };
    return this.contacts.as(who, CounterpartiesServiceService).createCounterparty({ requestId: '', counterparty });
  }
}

/** The day that it is now in a time zone. */
export function todayIn(timeZone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(
    new Date(),
  );
}
