import { randomUUID } from 'node:crypto';
import { Deal } from '@rapport/contracts/rapport/deals/v1/deal';
import { DealsServiceService } from '@rapport/contracts/rapport/deals/v1/deals_service';
import { LossReason, Pipeline } from '@rapport/contracts/rapport/deals/v1/pipeline';
import { PipelinesServiceService } from '@rapport/contracts/rapport/deals/v1/pipelines_service';
import { Product } from '@rapport/contracts/rapport/deals/v1/product';
import { ProductsServiceService } from '@rapport/contracts/rapport/deals/v1/products_service';
import { type Caller, caller } from '@rapport/test-kit/callers';
import { TestDatabase } from '@rapport/test-kit/service-database';
import { TestedService } from '@rapport/test-kit/tested-service';
import { AppModule } from '../src/app.module.js';

const VERBS = ['read', 'update', 'delete', 'undelete', 'transfer', 'move', 'win', 'lose'];
/** All that can be done with deals on rows of one scope. */
export const dealRights = (scope: string, ...more: string[]): string[] => [
  'create',
  ...VERBS.map((verb) => `${verb}@${scope}`),
  ...more,
];

const blank = <T>(codec: { decode(bytes: Uint8Array): T }): T => codec.decode(new Uint8Array());
export const deal = (over: Partial<Deal> = {}): Deal => ({ ...blank(Deal), displayName: 'Вітрини', ...over });
export const product = (over: Partial<Product> = {}): Product => ({
  ...blank(Product),
  displayName: 'Вітрина',
  ...over,
});
export const pipeline = (over: Partial<Pipeline> = {}): Pipeline => ({
  ...blank(Pipeline),
  displayName: 'Продажі',
  stages: ['Зустріч', 'Пропозиція', 'Договір'].map((displayName) => ({ id: '', displayName, probability: undefined })),
  ...over,
});

/** A running deals service with a default pipeline, a reason of loss and two sellers of two branches. */
export class World {
  readonly administrator = caller({
    program: true,
    may: Object.fromEntries(
      ['deals.product', 'deals.pipeline', 'deals.loss_reason'].map((resource) => [
        resource,
        ['create', 'import', 'read@all', 'update@all', 'delete@all', 'undelete@all', 'read:cost', 'update:cost'],
      ]),
    ),
  });
  readonly kyiv = randomUUID();
  readonly lviv = randomUUID();
  readonly department = randomUUID();
  pipeline!: Pipeline;
  reason!: LossReason;

  private constructor(
    readonly database: TestDatabase,
    private readonly service: TestedService,
  ) {}

  static async make(): Promise<World> {
    const database = await TestDatabase.make('deals');
    const definitions = [DealsServiceService, ProductsServiceService, PipelinesServiceService];
    // Contacts is away: nothing here refers to it, and a service serves without its neighbours.
    const addresses = { CONTACTS_URL: '127.0.0.1:1' };
    const service = await TestedService.start({
      name: 'deals',
      appModule: AppModule,
      definitions,
      database,
      addresses,
    });
    const world = new World(database, service);
    // What contacts told of its branches before it went.
    await database.rows(
      `insert into kit.branch_copy (id, time_zone, currency_code, version) select id, 'UTC', 'UAH', 1 from unnest($1::uuid[]) id`,
      [[world.kyiv, world.lviv]],
    );
    const pipelines = world.pipelines(world.administrator);
    world.pipeline = await pipelines.createPipeline({ requestId: '', pipeline: pipeline({ defaultPipeline: true }) });
    const lossReason = { ...blank(LossReason), displayName: 'Дорого' };
    world.reason = await pipelines.createLossReason({ requestId: '', lossReason });
    return world;
  }

  /** An employee of a branch with these rights on deals. */
  seller(rights: string[], branchId = this.kyiv): Caller {
    return caller({
      may: {
        'deals.deal': rights,
        'deals.product': ['read@all'],
        'deals.pipeline': ['read@all'],
        'deals.loss_reason': ['read@all'],
      },
      branchIds: [branchId],
      departmentPaths: [this.department],
    });
  }

  deals = (who: Caller) => this.service.as(who, DealsServiceService);
  products = (who: Caller) => this.service.as(who, ProductsServiceService);
  pipelines = (who: Caller) => this.service.as(who, PipelinesServiceService);

  async dealOf(who: Caller, over: Partial<Deal> = {}): Promise<Deal> {
    return this.deals(who).createDeal({ requestId: '', deal: deal(over) });
  }

  /** Types of the events of an aggregate, oldest first, as `DealCreated:1`. */
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
