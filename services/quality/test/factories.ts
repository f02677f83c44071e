import { randomUUID } from 'node:crypto';
import { CounterpartiesServiceService } from '@rapport/contracts/rapport/contacts/v1/counterparties_service';
import { Counterparty, Counterparty_Kind } from '@rapport/contracts/rapport/contacts/v1/counterparty';
import { Branch, Department, Employee } from '@rapport/contracts/rapport/contacts/v1/organization';
import { OrganizationServiceService } from '@rapport/contracts/rapport/contacts/v1/organization_service';
import { Complaint, Complaint_Subject } from '@rapport/contracts/rapport/quality/v1/complaint';
import {
  ComplaintsServiceService,
  ListComplaintsRequest,
} from '@rapport/contracts/rapport/quality/v1/complaints_service';
import { NeighbourService } from '@rapport/test-kit/neighbour-service';
import { TestDatabase } from '@rapport/test-kit/service-database';
import { type LoggedIn, TestRealm } from '@rapport/test-kit/test-realm';
import { TestedService } from '@rapport/test-kit/tested-service';
import { AppModule } from '../src/app.module.js';

/** A message with nothing but what the test says. */
const blank = <T>(codec: { decode(bytes: Uint8Array): T }): T => codec.decode(new Uint8Array());

export const list = (over: Partial<ListComplaintsRequest> = {}): ListComplaintsRequest => ({
  ...blank(ListComplaintsRequest),
  ...over,
});

/** An employee who is logged in. */
export interface Person extends LoggedIn {
  readonly employee: Employee;
}

/** A running quality service beside a real contacts, and a small company: two branches, three departments. */
export class World {
  kyiv!: Branch;
  boston!: Branch;
  service!: Department;
  repairs!: Department;
  office!: Department;
  secretary!: Person;
  seller!: Person;
  engineer!: Person;
  mechanic!: Person;
  head!: Person;
  quality!: Person;
  american!: Person;
  administrator!: LoggedIn;
  importer!: LoggedIn;
  /** A client of the secretary's, whom all in the branch and the quality department see. */
  shop!: Counterparty;

  private constructor(
    private readonly realm: TestRealm,
    readonly database: TestDatabase,
    private readonly contacts: NeighbourService,
    private readonly tested: TestedService,
  ) {}

  static async make(): Promise<World> {
    const [realm, database] = await Promise.all([TestRealm.shared(), TestDatabase.make('quality')]);
    const contacts = await NeighbourService.start('contacts', realm);
    const tested = await TestedService.start({
      name: 'quality',
      appModule: AppModule,
      definitions: [ComplaintsServiceService],
      database,
      // Deals is away: no complaint here is about a product, and a service serves without its neighbours.
      addresses: { CONTACTS_URL: contacts.address, DEALS_URL: '127.0.0.1:1' },
      realm,
    });
    const world = new World(realm, database, contacts, tested);
    await world.found();
    return world;
  }

  private async found(): Promise<void> {
    this.administrator = await this.realm.program('admin');
    this.importer = await this.realm.program('importer');
    this.kyiv = await this.branchOf('Київ', 'Europe/Kyiv');
    this.boston = await this.branchOf('Boston', 'America/New_York');
    this.office = await this.departmentOf('Офіс');
    this.service = await this.departmentOf('Сервіс');
    this.repairs = await this.departmentOf('Ремонт', this.service);
    this.secretary = await this.hire('secretary', this.kyiv, this.office);
    this.seller = await this.hire('seller', this.kyiv, this.office);
    this.quality = await this.hire('quality', this.kyiv, this.office);
    this.head = await this.hire('department-head', this.kyiv, this.service);
    this.engineer = await this.hire('service-engineer', this.kyiv, this.repairs);
    this.mechanic = await this.hire('service-engineer', this.kyiv, this.repairs);
    this.american = await this.hire('secretary', this.boston, this.office);
    this.shop = await this.counterpartyOf(this.secretary);
  }

  complaints = (who: LoggedIn) => this.tested.as(who, ComplaintsServiceService);

  async branchOf(displayName: string, timeZone: string): Promise<Branch> {
    const branch = { ...blank(Branch), displayName, timeZone, countryCode: 'UA', currencyCode: 'UAH' };
    return this.contacts.as(this.administrator, OrganizationServiceService).createBranch({ requestId: '', branch });
  }

  async departmentOf(displayName: string, parent?: Department): Promise<Department> {
    const department = { ...blank(Department), displayName, parentId: parent?.id ?? '' };
    return this.contacts
      .as(this.administrator, OrganizationServiceService)
      .createDepartment({ requestId: '', department });
  }

  /** An employee with a login. */
  async hire(role: string, branch: Branch, department: Department): Promise<Person> {
    const username = `${role}-${randomUUID().slice(0, 8)}`;
    const draft = {
      ...blank(Employee),
      givenName: 'Ім’я',
      familyName: role,
      username,
      email: `${username}@example.invalid`,
      branchId: branch.id,
      departmentId: department.id,
    };
    const employee = await this.contacts
      .as(this.administrator, OrganizationServiceService)
      .createEmployee({ requestId: '', employee: draft });
    const departmentPath = department.parentId === '' ? department.id : `${department.parentId}/${department.id}`;
    const identity = { username, employeeId: employee.id, branchId: branch.id, departmentPath };
    const login = await this.realm.employee(role, identity);
    return { ...login, employee };
  }

  async counterpartyOf(who: LoggedIn): Promise<Counterparty> {
    const counterparty = { ...blank(Counterparty), displayName: 'Гастроном', kinds: [Counterparty_Kind.CLIENT] };
    return this.contacts.as(who, CounterpartiesServiceService).createCounterparty({ requestId: '', counterparty });
  }

  complaint = (over: Partial<Complaint> = {}): Complaint => ({
    ...blank(Complaint),
    subject: Complaint_Subject.EQUIPMENT,
    counterpartyId: this.shop.id,
    summary: 'Вітрина не тримає температуру',
    ...over,
  });

  /** A complaint that somebody received. */
  async received(who: LoggedIn, over: Partial<Complaint> = {}): Promise<Complaint> {
    return this.complaints(who).createComplaint({ requestId: '', complaint: this.complaint(over) });
  }

  /** The complaint in the hands of another owner. */
  async handedTo(to: Person, complaint: Complaint): Promise<Complaint> {
    const request = {
      complaintId: complaint.id,
      ownerId: to.employee.id,
      departmentId: '',
      branchId: '',
      etag: complaint.etag,
    };
    return this.complaints(this.quality).transferComplaint(request);
  }

  /** Whether somebody sees a complaint. */
  async isSeenBy(who: LoggedIn, { id }: Complaint): Promise<boolean> {
    const { complaints } = await this.complaints(who).listComplaints(list({ filter: `id = "${id}"` }));
    return complaints.length === 1;
  }

  /** Types of the events of an aggregate, oldest first, as `ComplaintCreated:1`. */
  async eventsOf(id: string): Promise<string[]> {
    const rows = await this.database.rows<{ event: string }>(
      `select split_part(type, '.', 4) || ':' || version as event from kit.outbox_event where aggregate_id = $1 order by version`,
      [id],
    );
    return rows.map(({ event }) => event);
  }

  async stop(): Promise<void> {
    await this.tested.stop();
    await this.contacts.stop();
    await this.database.drop();
  }
}
