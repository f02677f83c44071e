import pg from 'pg';
import { type BucketDigest, type TimeRange, leastIdAt } from './digest.js';

/** A row of a local copy; keys are the columns of the table. */
export interface CopyRow {
  readonly id: string;
  readonly version: number;
  readonly [column: string]: unknown;
}

/**
 * Copies of other services' rows in this service's PostgreSQL: tables with `id uuid primary key`, `version int` and
 * whatever else is wanted. Injectable into projections.
 */
export class LocalCopies {
  constructor(private readonly pool: pg.Pool) {}

  /** Writes the rows that are newer than what the table holds, in one statement. One row per id. */
  async applyIfNewer(table: string, rows: readonly CopyRow[]): Promise<void> {
    const [first] = rows;
    if (!first) return;
    const name = escapeTable(table);
    const columns = Object.keys(first).map((column) => pg.escapeIdentifier(column));
    const changes = columns.filter((column) => column !== '"id"').map((column) => `${column} = excluded.${column}`);
    await this.pool.query(
      `insert into ${name} as held (${columns.join(', ')})
       select ${columns.join(', ')} from jsonb_populate_recordset(null::${name}, $1::jsonb)
       order by id -- writers that meet lock in the same order
       on conflict (id) do update set ${changes.join(', ')} where excluded.version > held.version`,
      [JSON.stringify(rows)],
    );
  }

  /** What a projection answers to `digest` when the table is all it keeps. */
  async digest(table: string, range: TimeRange): Promise<BucketDigest[]> {
    const { rows } = await this.pool.query<{ hour: Date; count: string; xor: string }>(
      `select date_trunc('hour', uuid_extract_timestamp(id), 'UTC') as hour, count(*) as count,
         to_hex(bit_xor(('x' || encode(substring(sha256(convert_to(id::text || ':' || version::text, 'UTF8')) from 1 for 8), 'hex'))::bit(64)::bigint)) as xor
       from ${escapeTable(table)} where id >= $1::uuid and id < $2::uuid group by 1 order by 1`,
      [leastIdAt(range.from), leastIdAt(range.to)],
    );
    return rows.map(({ hour, count, xor }) => ({ hour, count: Number(count), xor }));
  }
}

function escapeTable(table: string): string {
  return table.split('.').map(pg.escapeIdentifier).join('.');
}
