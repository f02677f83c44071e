import type { CallContext } from '../access/context.js';
import type { Sql } from '../events/sql.js';
import type { Deleted } from './rows/predicate.js';

/** What the kit needs of a Prisma client, or of a transaction of it. */
export interface RawClient {
  $queryRaw<T>(query: TemplateStringsArray, ...values: unknown[]): PromiseLike<T>;
}

/** A transaction of a use case. Only `visibleTo(ctx).transaction` makes one. */
declare const TRANSACTION: unique symbol;
export interface Transaction {
  readonly [TRANSACTION]: true;
}

interface Inside {
  readonly ctx: CallContext;
  readonly sql: Sql;
  readonly raw: RawClient;
  readonly deleted: Deleted;
  /** Set once an event has been added: the relay is woken after the commit. */
  hasEvents: boolean;
}

const insides = new WeakMap<object, Inside>();

/** Ties a transaction to its call, for the kit's own statements inside it. */
export function openTransaction(tx: object, ctx: CallContext, raw: RawClient, deleted: Deleted): Inside {
  const inside: Inside = { ctx, sql: sqlOfPrisma(raw), raw, deleted, hasEvents: false };
  insides.set(tx, inside);
  return inside;
}

/** The call and the statements of a transaction. */
export function insideOf(tx: Transaction): Inside {
  const inside = insides.get(tx);
  if (!inside) throw new Error('This is not a transaction of visibleTo(ctx).');
  return inside;
}

export function sqlOfPrisma(raw: RawClient): Sql {
  return async <Row>(text: TemplateStringsArray, ...values: unknown[]) => raw.$queryRaw<Row[]>(text, ...values);
}

const RETRIES = 3;
const SERIALIZATION_FAILURE = '40001';
const DEADLOCK = '40P01';

/** Runs a transaction again when PostgreSQL sacrificed it, or when somebody made the same row by external id. */
export async function withRetries<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      if (attempt > RETRIES || !isPassing(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 25 * 2 ** attempt));
    }
  }
}

function isPassing(error: unknown): boolean {
  const { code } = databaseError(error);
  return code === 'P2034' || code === SERIALIZATION_FAILURE || code === DEADLOCK || isTakenExternalId(error);
}

export function isTakenExternalId(error: unknown): boolean {
  return uniqueViolation(error)?.includes('external_key') === true;
}

interface DriverCause {
  readonly kind?: string;
  readonly originalCode?: string;
  readonly constraint?: { readonly fields?: readonly string[]; readonly index?: string };
}

/** Columns of the unique key that a statement violated; undefined for any other failure. */
export function uniqueViolation(error: unknown): string | undefined {
  const { code, cause } = databaseError(error);
  if (code !== 'P2002' && cause?.originalCode !== '23505') return undefined;
  return cause?.constraint?.index ?? (cause?.constraint?.fields ?? []).join(' ').replaceAll('"', '');
}

function databaseError(error: unknown): { code?: string; cause?: DriverCause } {
  if (typeof error !== 'object' || error === null) return {};
  const { code, meta, cause } = error as {
    code?: string;
    meta?: { code?: string; driverAdapterError?: { cause?: DriverCause } };
    cause?: DriverCause;
  };
  const driver = meta?.driverAdapterError?.cause ?? cause;
  return { code: driver?.originalCode ?? meta?.code ?? code, ...(driver ? { cause: driver } : {}) };
}
