import { createHmac, timingSafeEqual } from 'node:crypto';
import { AppError } from '../../errors/app-error.js';
import type { Where } from '../rows/predicate.js';
import type { OrderKey } from './order.js';

export const DEFAULT_PAGE_SIZE = 50;
export const MAX_PAGE_SIZE = 1_000;

/** 50 when not said, 1,000 at most. */
export function clampPageSize(asked: number): number {
  return asked <= 0 ? DEFAULT_PAGE_SIZE : Math.min(asked, MAX_PAGE_SIZE);
}

/** A sort key's value as a token carries it. */
type KeyValue = string | number | boolean | null;

/** Signs and reads page tokens. A token works for the caller, filter and order it was made for, and nowhere else. */
export class PageTokens {
  constructor(private readonly secret: string) {}

  /** `bound` is everything that must be the same on the next call. */
  make(keys: readonly OrderKey[], last: Readonly<Record<string, unknown>>, bound: readonly string[]): string {
    const body = Buffer.from(JSON.stringify(keys.map(({ column }) => toKeyValue(last[column.name])))).toString(
      'base64url',
    );
    return `${body}.${this.sign(body, bound)}`;
  }

  /** The values after which the page begins. INVALID_ARGUMENT/INVALID_PAGE_TOKEN for any other token than ours. */
  read(token: string, keys: readonly OrderKey[], bound: readonly string[]): KeyValue[] {
    const [body = '', signature = '', more] = token.split('.');
    const expected = Buffer.from(this.sign(body, bound));
    const given = Buffer.from(signature);
    if (more !== undefined || given.length !== expected.length || !timingSafeEqual(given, expected))
      throw invalidToken();
    const values = JSON.parse(Buffer.from(body, 'base64url').toString()) as KeyValue[];
    if (values.length !== keys.length) throw invalidToken();
    return values;
  }

  private sign(body: string, bound: readonly string[]): string {
    return createHmac('sha256', this.secret)
      .update(JSON.stringify([body, ...bound]))
      .digest('base64url');
  }
}

/**
 * The rows after `values` in the order of `keys`. PostgreSQL sorts null as the
 * greatest value: last when ascending, first when descending.
 */
export function afterKeys(keys: readonly OrderKey[], values: readonly KeyValue[]): Where {
  const alternatives: Where[] = [];
  const equal: Where[] = [];
  keys.forEach((key, index) => {
    const value = fromKeyValue(key, values[index] ?? null);
    const beyond = after(key, value);
    if (beyond) alternatives.push({ AND: [...equal, beyond] });
    equal.push({ [key.column.name]: value });
  });
  return { OR: alternatives };
}

function after({ column, direction }: OrderKey, value: unknown): Where | undefined {
  if (direction === 'asc') {
    if (value === null) return undefined;
    const greater = { [column.name]: { gt: value } };
    return column.nullable ? { OR: [greater, { [column.name]: null }] } : greater;
  }
  return value === null ? { [column.name]: { not: null } } : { [column.name]: { lt: value } };
}

function toKeyValue(value: unknown): KeyValue {
  if (value === undefined) throw new Error('A list must select its sort keys.');
  if (value instanceof Date) return value.toISOString();
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value;
  return String(value);
}

function fromKeyValue({ column }: OrderKey, value: KeyValue): unknown {
  return value !== null && (column.type === 'timestamptz' || column.type === 'date') ? new Date(String(value)) : value;
}

function invalidToken(): AppError {
  const description = 'The page token belongs to another caller, filter or order, or is not ours.';
  return new AppError('INVALID_ARGUMENT', 'INVALID_PAGE_TOKEN', description, {}, [
    { field: 'page_token', description, reason: 'INVALID_PAGE_TOKEN' },
  ]);
}
