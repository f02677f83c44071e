import {
  CounterpartiesServiceService,
  type ListCounterpartiesRequest,
} from '@rapport/contracts/rapport/contacts/v1/counterparties_service';
import { Counterparty, Counterparty_Kind } from '@rapport/contracts/rapport/contacts/v1/counterparty';
import { Branch, Department, Employee } from '@rapport/contracts/rapport/contacts/v1/organization';
import { OrganizationServiceService } from '@rapport/contracts/rapport/contacts/v1/organization_service';
import { PeopleServiceService } from '@rapport/contracts/rapport/contacts/v1/people_service';
import { Person } from '@rapport/contracts/rapport/contacts/v1/person';
import { type Caller, caller } from '@rapport/test-kit/callers';
import { TestDatabase } from '@rapport/test-kit/service-database';
import { TestedService } from '@rapport/test-kit/tested-service';
import { AppModule } from '../src/app.module.js';

const EVERYONE = {
  'contacts.branch': ['read@all'],
  'contacts.department': ['read@all'],
  'contacts.employee': ['read@all'],
};
const CARD = ['create', 'read', 'update', 'delete', 'undelete', 'transfer'];
/** All card actions with one row scope. */
export const cards = (scope: string, ...more: string[]): Record<string, string[]> => {
  const scopes = [...CARD.map((action) => (action === 'create' ? action : `${action}@${scope}`)), ...more];
  return { 'contacts.counterparty': scopes, 'contacts.person': scopes };
};

/** A message with nothing but what the test says. */
const blank = <T>(codec: { decode(bytes: Uint8Array): T }): T => codec.decode(new Uint8Array());
export const branch = (over: Partial<Branch> = {}): Branch => ({
  ...blank(Branch),
  displayName: 'Київ',
  timeZone: 'Europe/Kyiv',
  countryCode: 'UA',
  currencyCode: 'UAH',
  ...over,
});
export const department = (over: Partial<Department> = {}): Department => ({
  ...blank(Department),
  displayName: 'Продажі',
  ...over,
});
export const employee = (over: Partial<Employee> = {}): Employee => ({
  ...blank(Employee),
  givenName: 'Олена',
  familyName: 'Шевченко',
  ...over,
});
export const counterparty = (over: Partial<Counterparty> = {}): Counterparty => ({
  ...blank(Counterparty),
  displayName: 'Гастроном',
  kinds: [Counterparty_Kind.CLIENT],
  ...over,
});
export const person = (over: Partial<Person> = {}): Person => ({ ...blank(Person), familyName: 'Коваль', ...over });

export const listRequest = (over: Partial<ListCounterpartiesRequest> = {}): ListCounterpartiesRequest => ({
  filter: '',
  orderBy: '',
  pageSize: 0,
  pageToken: '',
  readMask: undefined,
  includeTotal: false,
  showDeleted: false,
  ...over,
});

/** A running service with a small company: two branches, a department with one below it, three employees. */
export class World {
  readonly administrator = caller({
    program: true,
    may: {
      'contacts.branch': ['create', 'import', 'read@all', 'update@all', 'delete@all', 'undelete@all'],
      'contacts.department': ['create', 'import', 'read@all', 'update@all', 'delete@all', 'undelete@all'],
      'contacts.employee': ['create', 'import', 'read@all', 'update@all', 'dismiss@all'],
      ...cards(
        'all',
        'import',
        'read:bank_details',
        'update:bank_details',
        'read:personal_profile',
        'update:personal_profile',
      ),
    },
  });

  private constructor(
    readonly database: TestDatabase,
    private readonly service: TestedService,
  ) {}

  kyiv!: Branch;
  lviv!: Branch;
  sales!: Department;
  retail!: Department;
  anna!: Employee;
  borys!: Employee;
  vira!: Employee;

  static async make(): Promise<World> {
    const database = await TestDatabase.make('contacts');
    const definitions = [OrganizationServiceService, CounterpartiesServiceService, PeopleServiceService];
    const world = new World(
      database,
      await TestedService.start({ name: 'contacts', appModule: AppModule, definitions, database }),
    );
    const organization = world.organization(world.administrator);
    const add = { requestId: '' };
    world.kyiv = await organization.createBranch({ ...add, branch: branch() });
    world.lviv = await organization.createBranch({ ...add, branch: branch({ displayName: 'Львів' }) });
    world.sales = await organization.createDepartment({ ...add, department: department() });
    world.retail = await organization.createDepartment({
      ...add,
      department: department({ displayName: 'Роздріб', parentId: world.sales.id }),
    });
    const hire = async (familyName: string, home: Partial<Employee>): Promise<Employee> =>
      organization.createEmployee({ ...add, employee: employee({ familyName, ...home }) });
    world.anna = await hire('Анненко', { branchId: world.kyiv.id, departmentId: world.sales.id });
    world.borys = await hire('Борисенко', { branchId: world.kyiv.id, departmentId: world.retail.id });
    world.vira = await hire('Віренко', { branchId: world.lviv.id, departmentId: world.retail.id });
    return world;
  }

  /** An employee with these rights beside everyone's. */
  as(who: Employee, may: Record<string, readonly string[]>): Caller {
    const path = who.departmentId === this.retail.id ? `${this.sales.id}/${this.retail.id}` : this.sales.id;
    return caller({
      may: { ...EVERYONE, ...may },
      employeeId: who.id,
      branchIds: [who.branchId],
      departmentPaths: [path],
    });
  }

  organization = (who: Caller) => this.service.as(who, OrganizationServiceService);
  counterparties = (who: Caller) => this.service.as(who, CounterpartiesServiceService);
  people = (who: Caller) => this.service.as(who, PeopleServiceService);

  /** A counterparty of somebody. */
  async counterpartyOf(who: Employee, over: Partial<Counterparty> = {}): Promise<Counterparty> {
    const owner = { ownerId: who.id, departmentId: who.departmentId, branchId: who.branchId };
    return this.counterparties(this.administrator).createCounterparty({
      requestId: '',
      counterparty: counterparty({ ...owner, ...over }),
    });
  }

  /** Names of the counterparties that somebody lists, in alphabetical order. */
  async names(who: Caller, filter: string, over: Partial<ListCounterpartiesRequest> = {}): Promise<string[]> {
    const request = listRequest({ filter, orderBy: 'display_name', ...over });
    const { counterparties } = await this.counterparties(who).listCounterparties(request);
    return counterparties.map(({ displayName }) => displayName);
  }

  /** Types of the events of an aggregate, oldest first, as `CounterpartyCreated:1`. */
  async eventsOf(id: string): Promise<string[]> {
    const rows = await this.database.rows<{ event: string }>(
      `select split_part(type, '.', 4) || ':' || version as event from kit.outbox_event where aggregate_id = $1 order by version`,
      [id],
    );
    return rows.map(({ event }) => event);
  }

  async stop(): Promise<void> {
    await this.service.stop();
    await this.database.drop();
  }
}
