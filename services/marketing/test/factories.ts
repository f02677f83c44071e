import { randomUUID } from 'node:crypto';
import { InformationSource, InformationSource_Kind } from '@rapport/contracts/rapport/marketing/v1/information_source';
import {
  InformationSourcesServiceService,
  ListInformationSourcesRequest,
} from '@rapport/contracts/rapport/marketing/v1/information_sources_service';
import { TestDatabase } from '@rapport/test-kit/service-database';
import { type LoggedIn, TestRealm } from '@rapport/test-kit/test-realm';
import { TestedService } from '@rapport/test-kit/tested-service';
import { AppModule } from '../src/app.module.js';

/** A message with nothing but what the test says. */
const blank = <T>(codec: { decode(bytes: Uint8Array): T }): T => codec.decode(new Uint8Array());

export const source = (over: Partial<InformationSource> = {}): InformationSource => ({
  ...blank(InformationSource),
  displayName: 'Виставка «Холод»',
  kind: InformationSource_Kind.EVENT,
  ...over,
});

export const list = (over: Partial<ListInformationSourcesRequest> = {}): ListInformationSourcesRequest => ({
  ...blank(ListInformationSourcesRequest),
  ...over,
});

/** A running marketing service with the logins of the test. */
export class World {
  marketer!: LoggedIn;
  director!: LoggedIn;
  seller!: LoggedIn;
  administrator!: LoggedIn;
  importer!: LoggedIn;

  private constructor(
    readonly database: TestDatabase,
    private readonly service: TestedService,
  ) {}

  static async make(): Promise<World> {
    const [realm, database] = await Promise.all([TestRealm.shared(), TestDatabase.make('marketing')]);
    const definitions = [InformationSourcesServiceService];
    // Contacts is away: nothing here refers to it, and a service serves without its neighbours.
    const addresses = { CONTACTS_URL: '127.0.0.1:1' };
    const service = await TestedService.start({
      name: 'marketing',
      appModule: AppModule,
      definitions,
      database,
      addresses,
      realm,
    });
    const world = new World(database, service);
    const login = (role: string): Promise<LoggedIn> =>
      realm.employee(role, { employeeId: randomUUID(), branchId: randomUUID(), departmentPath: randomUUID() });
    world.marketer = await login('marketer');
    world.director = await login('branch-director');
    world.seller = await login('seller');
    world.administrator = await realm.program('admin');
    world.importer = await realm.program('importer');
    return world;
  }

  sources = (who: LoggedIn) => this.service.as(who, InformationSourcesServiceService);

  /** A source that marketing keeps. */
  async sourceOf(over: Partial<InformationSource> = {}): Promise<InformationSource> {
    return this.sources(this.marketer).createInformationSource({ requestId: '', informationSource: source(over) });
  }

  /** Types of the events of an aggregate, oldest first, as `InformationSourceCreated:1`. */
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
