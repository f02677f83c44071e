import type { LocalDate } from '@rapport/contracts/rapport/type/v1/type';
import type { CallContext } from '../access/context.js';
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

/** The company's branches, held in memory. */
export class Branches {
  private byId: ReadonlyMap<string, BranchFacts> = new Map();
  private loadedAt = -Infinity;

  constructor(
    private readonly sql: Sql,
    private readonly source: BranchSource,
  ) {}

  /** A branch; undefined when this service has not heard of it yet. */
  async find(id: string): Promise<BranchFacts | undefined> {
    const stale = performance.now() - this.loadedAt > MAX_AGE_MS;
    if (stale || (!this.byId.has(id) && performance.now() - this.loadedAt > 1_000)) {
      const began = performance.now();
      this.byId = new Map((await this.source(this.sql)).map((branch) => [branch.id, branch]));
      this.loadedAt = began;
    }
    return this.byId.get(id);
  }

  /** The day that it is now in a branch; in the caller's home branch when none is named, in UTC when there is neither. */
  async today(ctx: CallContext, branchId = ctx.principal.homeBranchId ?? ''): Promise<LocalDate> {
    const branch = branchId === '' ? undefined : await this.find(branchId);
    return localDate(ctx.clock(), branch?.timeZone ?? 'UTC');
  }
}

/** The day on which an instant falls in a time zone. */
export function localDate(at: Date, timeZone: string): LocalDate {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(at);
  return { value: parts };
}

/** Whether a name is a time zone of the IANA database. */
export function isTimeZone(name: string): boolean {
  try {
    Intl.DateTimeFormat('en', { timeZone: name });
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}
