import type { CallContext } from '../access/context.js';
import { AppError } from '../errors/app-error.js';
import { outboxCommitted } from '../events/outbox-signal.js';
import { HandlerTransactions } from '../events/processing.js';
import type { Sql } from '../events/sql.js';
import { branchCopy, Branches, type BranchSource } from './branches.js';
import { type ListRequest, type ListedPage, ListQueries } from './read/list.js';
import { Catalogue } from './rows/catalogue.js';
import { type DepartmentSource, DepartmentTree, departmentCopy } from './rows/department-tree.js';
import type { Models } from './rows/models.js';
import { type Deleted, rowPredicate, writeAction } from './rows/predicate.js';
import { readPredicateSql, type SqlText } from './rows/raw-predicate.js';
import { type RowRules, type VisibleModels, visibleModels } from './rows/visible.js';
import { takenUnique } from './write/unique.js';
import {
  insideOf,
  openTransaction,
  type RawClient,
  sqlOfPrisma,
  type Transaction,
  withRetries,
} from './transaction.js';

export interface ServiceDataOptions<C> {
  /** The generated client, on `databaseAdapter`. */
  readonly client: C;
  readonly models: Models;
  /** Signs page tokens. */
  readonly pageTokenSecret: string;
  /** Where departments and branches are, when not in the kit's copies. */
  readonly departments?: DepartmentSource;
  readonly branches?: BranchSource;
}

/** A transaction with the models as its caller reaches them. */
export type Tx<C> = VisibleModels<C> & Transaction;

/** The data as one caller reaches it. */
export type Visible<C> = VisibleModels<C> & {
  /**
   * Runs a use case's writes together. Again, three times at most, when
   * PostgreSQL sacrificed it: `work` does nothing but data.
   */
  transaction<T>(work: (tx: Tx<C>) => Promise<T>): Promise<T>;
  /** Hand-written SQL, for `*.queries.ts`: `predicate(model, alias)` must stand in it for each table of rows with rights. */
  query<T>(statement: GuardedStatement): Promise<T[]>;
};

/** Builds a statement; `predicate` gives the condition for one table of it. */
export type GuardedStatement = (predicate: (model: string, alias: string) => Promise<SqlText>) => Promise<SqlText>;

/** Reads without a predicate. */
export type EveryRow<C> = {
  readonly [K in keyof VisibleModels<C>]: Pick<
    VisibleModels<C>[K],
    Extract<keyof VisibleModels<C>[K], 'findFirst' | 'findMany' | 'count'>
  >;
};

/** Changes without a predicate. */
export type Consequences<C> = {
  readonly [K in keyof VisibleModels<C>]: Pick<
    VisibleModels<C>[K],
    Extract<keyof VisibleModels<C>[K], 'updateMany' | 'updateManyAndReturn'>
  >;
};

interface PrismaLike extends RawClient {
  $transaction<T>(work: (tx: RawClient) => Promise<T>, options: { maxWait: number; timeout: number }): Promise<T>;
  $connect(): Promise<void>;
  $disconnect(): Promise<void>;
}

/** How long a transaction waits for a connection, and how long it may take. */
const TRANSACTION_LIMITS = { maxWait: 5_000, timeout: 20_000 } as const;

/**
 * A service's data handle: extend it with the service's own client and inject
 * nothing else. See the page at the top of data.ts.
 */
export class ServiceData<C extends object> extends HandlerTransactions<Tx<C>> {
  readonly models: Models;
  /** The tree of departments as this process knows it. */
  readonly departments: DepartmentTree;
  /** Zones and currencies of branches as this process knows them. */
  readonly branches: Branches;
  /** Statements of the kit itself on its own tables. */
  readonly sql: Sql;
  private readonly prisma: PrismaLike;
  private readonly rules: RowRules;
  private readonly lists: ListQueries;

  constructor({
    client,
    models,
    pageTokenSecret,
    departments = departmentCopy,
    branches = branchCopy,
  }: ServiceDataOptions<C>) {
    super();
    this.models = models;
    this.prisma = client as unknown as PrismaLike;
    this.sql = sqlOfPrisma(this.prisma);
    this.departments = new DepartmentTree(this.sql, departments);
    this.branches = new Branches(this.sql, branches);
    this.rules = { models, tree: this.departments, catalogue: new Catalogue(this.sql) };
    this.lists = new ListQueries(this.rules.catalogue, pageTokenSecret);
  }

  /** The rows that `ctx` reaches: reads by the read scope, changes by the scope of the rpc's action. */
  visibleTo(ctx: CallContext, { deleted = 'hidden' }: { deleted?: Deleted } = {}): Visible<C> {
    const models = visibleModels<C>(this.prisma, this.rules, ctx, deleted);
    return Object.assign(models, {
      transaction: <T>(work: (tx: Tx<C>) => Promise<T>) => this.run(ctx, deleted, (tx) => work(tx)),
      query: async <T>(statement: GuardedStatement) => this.query<T>(ctx, statement),
    }) as unknown as Visible<C>;
  }

  /** A transaction of a consumer: `sql` runs the kit's own statements inside it. */
  override transaction<R>(ctx: CallContext, work: (tx: Tx<C>, sql: Sql) => Promise<R>): Promise<R> {
    return this.run(ctx, 'hidden', work);
  }

  /**
   * Why a guarded change touched no row: NOT_FOUND when the caller does not see
   * it, PERMISSION_DENIED/ROW_READ_ONLY when it is outside the verb's rows,
   * else ABORTED/STALE_ETAG.
   */
  async whyNot(tx: Tx<C>, modelName: string, id: string, version: number): Promise<AppError> {
    const model = this.models.get(modelName);
    const { ctx, raw, deleted } = insideOf(tx);
    const rows = (raw as unknown as Record<string, { findFirst(args: object): Promise<{ version: number } | null> }>)[
      model.delegate
    ]!;
    const readable = await rowPredicate(ctx, model, 'read', this.departments, deleted);
    const row = await rows.findFirst({ where: { AND: [{ id }, readable] } });
    if (!row) return notFound(model.name, id);
    const changeable = await rowPredicate(ctx, model, writeAction(ctx, model.resource), this.departments, deleted);
    if (!(await rows.findFirst({ where: { AND: [{ id }, changeable] } }))) {
      return new AppError('PERMISSION_DENIED', 'ROW_READ_ONLY', 'You may read this, but not do this with it.', { id });
    }
    return new AppError('ABORTED', 'STALE_ETAG', 'It has changed since you read it: read it again.', {
      id,
      etag: String(row.version),
      sent: String(version),
    });
  }

  /**
   * Rows without a predicate, for facts of the whole table (no cycles in a
   * tree): to decide, never to answer with. Only reads.
   */
  everyRow(tx: Tx<C>): EveryRow<C> {
    return insideOf(tx).raw as unknown as EveryRow<C>;
  }

  /**
   * Changes without a predicate, for what follows in other rows from a change
   * that the caller was entitled to: a payment changes what is paid of its
   * invoice. The right is checked where the cause is, on the caller's own row;
   * what is written here follows from it, and is never what he says. Version,
   * event and audit as with any change.
   */
  consequences(tx: Tx<C>): Consequences<C> {
    return insideOf(tx).raw as unknown as Consequences<C>;
  }

  /**
   * One page of a list request: filter, order, page and total, all as the
   * caller sees the fields. `find` asks its one model for the rows.
   */
  async list<Row extends object>(
    ctx: CallContext,
    modelName: string,
    request: ListRequest,
    find: (rows: Visible<C>, args: { where: {}; orderBy: {}[]; take: number }) => PromiseLike<Row[]>,
  ): Promise<ListedPage<Row>> {
    const model = this.models.get(modelName);
    const rows = this.visibleTo(ctx, { deleted: request.showDeleted ? 'shown' : 'hidden' });
    const counted = (rows as unknown as Record<string, { count(args: object): Promise<number> }>)[model.delegate]!;
    return this.lists.page(
      ctx,
      model,
      request,
      (args) => find(rows, args),
      (args) => counted.count(args),
    );
  }

  async connect(): Promise<void> {
    await this.prisma.$connect();
  }

  async disconnect(): Promise<void> {
    await this.prisma.$disconnect();
  }

  private async run<R>(ctx: CallContext, deleted: Deleted, work: (tx: Tx<C>, sql: Sql) => Promise<R>): Promise<R> {
    try {
      return await withRetries(async () => {
        let hasEvents = false;
        const result = await this.prisma.$transaction(async (raw) => {
          const tx = visibleModels<C>(raw, this.rules, ctx, deleted) as Tx<C>;
          const inside = openTransaction(tx, ctx, raw, deleted);
          const value = await work(tx, inside.sql);
          hasEvents = inside.hasEvents;
          return value;
        }, TRANSACTION_LIMITS);
        if (hasEvents) outboxCommitted();
        return result;
      });
    } catch (error) {
      throw takenUnique(error, this.models) ?? error;
    }
  }

  private async query<T>(ctx: CallContext, statement: GuardedStatement): Promise<T[]> {
    let guarded = false;
    const text = await statement((model, alias) => {
      guarded = true;
      return readPredicateSql(ctx, this.models.get(model), alias, this.departments);
    });
    if (!guarded)
      throw new Error('SQL without a row predicate: ask for predicate(model, alias) and put it into the statement.');
    return this.prisma.$queryRaw<T[]>(text as unknown as TemplateStringsArray);
  }
}

/** NOT_FOUND/<NOUN>_NOT_FOUND: absent, deleted and out of the read scope are the same. */
export function notFound(modelName: string, id: string): AppError {
  const noun = modelName.replaceAll(/(?<!^)([A-Z])/g, '_$1');
  return new AppError(
    'NOT_FOUND',
    `${noun.toUpperCase()}_NOT_FOUND`,
    `There is no such ${noun.replaceAll('_', ' ').toLowerCase()}, or you may not see it.`,
    { id },
  );
}
