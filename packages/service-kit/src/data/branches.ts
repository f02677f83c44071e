import type { LocalDate } from '@rapport/contracts/rapport/type/v1/type';
import type { CallContext } from '../access/context.js';
import { localDate } from '../dates.js';
import { AppError } from '../errors/app-error.js';
import type { Sql } from '../events/sql.js';

/** What a branch means for dates and money. */
export interface BranchFacts {
  readonly id: string;
  readonly timeZone: string;
  readonly currencyCode: string;
}

/** Where branches are: the kit's copy, or contacts' own table. */
export type BranchSource = (sql: Sql) => Promise<BranchFacts[]>;

export const branchCopy: BranchSource = (sql) =>
  sql<BranchFacts>`select id::text as id, time_zone as "timeZone", currency_code as "currencyCode" from kit.branch_copy`;

/** A branch made elsewhere is known here after at most this long. */
const MAX_AGE_MS = 30_000;
const UNKNOWN_AGE_MS = 1_000;

/** The company's branches, held in memory. */
export class Branches {
  private byId: ReadonlyMap<string, BranchFacts> = new Map();
  private loadedAt = -Infinity;
  private master: ((ctx: CallContext, id: string) => Promise<BranchFacts>) | undefined;

  constructor(
    private readonly sql: Sql,
    private readonly source: BranchSource,
  ) {}

  /** Whom to ask about a branch that the copies do not hold yet; contacts itself needs nobody. */
  askMaster(master: (ctx: CallContext, id: string) => Promise<BranchFacts>): void {
    this.master = master;
  }

  /** A branch; undefined when this service has not heard of it yet. */
  async find(id: string): Promise<BranchFacts | undefined> {
    const age = performance.now() - this.loadedAt;
    if (age > MAX_AGE_MS || (!this.byId.has(id) && age > UNKNOWN_AGE_MS)) {
      const began = performance.now();
      this.byId = new Map((await this.source(this.sql)).map((branch) => [branch.id, branch]));
      this.loadedAt = began;
    }
    return this.byId.get(id);
  }

  /**
   * A branch; contacts is asked about one that was made a moment ago, because a
   * business date in the wrong zone would stay in the figures for ever.
   */
  async get(ctx: CallContext, id: string): Promise<BranchFacts> {
    const known = (await this.find(id)) ?? (await this.master?.(ctx, id));
    if (known) return known;
    throw new AppError('FAILED_PRECONDITION', 'BRANCH_UNKNOWN', 'There is no such branch.', { id });
  }

  /** The day that it is now in a branch: the caller's home branch when none is named; in UTC for who has no home. */
  async today(ctx: CallContext, branchId = ctx.principal.homeBranchId ?? ''): Promise<LocalDate> {
    return localDate(ctx.clock(), branchId === '' ? 'UTC' : (await this.get(ctx, branchId)).timeZone);
  }
}
