import type { ClickHouseClient } from '@clickhouse/client';
import { readRows } from './engine.js';

/** The projected tables. */
export const TABLE_NAMES = ['deal', 'dimension', 'invoice', 'payment'] as const;
export type TableName = (typeof TABLE_NAMES)[number];

interface EngineMigration {
  readonly number: number;
  readonly name: string;
  /** Each repeatable: a crash between a statement and its record runs it again. */
  readonly statements: readonly string[];
}

/**
 * How every projected table is laid out: one row a version of the aggregate,
 * the highest wins. Partitioned by the month inside the UUIDv7 and ordered by
 * it as a number (the engine would compare the random half of a UUID first), so
 * present rows of a batch of new ids lie together. Partition key and order
 * never change with a later version: rows are replaced only within them.
 */
const LAYOUT = `ENGINE = ReplacingMergeTree(version)
  PARTITION BY toYYYYMM(UUIDv7ToDateTime(id, 'UTC'))
  ORDER BY toUInt128(id)`;

const ENVELOPE = `id UUID, version UInt32, deleted Bool, event_id UUID, occur_time DateTime64(6, 'UTC')`;

const OWNERSHIP = `owner_id LowCardinality(String), owner_department_id LowCardinality(String),
  owner_branch_id LowCardinality(String), manager_id LowCardinality(String),
  department_id LowCardinality(String), branch_id LowCardinality(String)`;

/** Append only: what was applied somewhere is never edited. */
export const ENGINE_MIGRATIONS: readonly EngineMigration[] = [
  {
    number: 1,
    name: 'deals',
    statements: [
      `CREATE TABLE IF NOT EXISTS deal (
        ${ENVELOPE}, ${OWNERSHIP},
        outcome LowCardinality(String), stage_id LowCardinality(String), pipeline_id LowCardinality(String),
        product_id LowCardinality(String), counterparty_id String, loss_reason_id LowCardinality(String),
        currency LowCardinality(String), amount Nullable(Decimal(19, 4)),
        cost Nullable(Decimal(19, 4)), margin Nullable(Decimal(19, 4)),
        business_date Nullable(Date32), start_date Nullable(Date32),
        close_date Nullable(Date32), expected_close_date Nullable(Date32),
        attributes String
      ) ${LAYOUT}`,
    ],
  },
  {
    number: 2,
    name: 'dimensions',
    statements: [
      `CREATE TABLE IF NOT EXISTS dimension (
        ${ENVELOPE}, kind LowCardinality(String), display_name String, parent_id String,
        branch_id String, members Array(Tuple(id String, display_name String))
      ) ${LAYOUT}`,
    ],
  },
  {
    number: 3,
    name: 'billing',
    statements: [
      `CREATE TABLE IF NOT EXISTS invoice (
        ${ENVELOPE}, ${OWNERSHIP},
        number String, state LowCardinality(String), payment_state LowCardinality(String),
        counterparty_id String, deal_id String, currency LowCardinality(String),
        total Nullable(Decimal(19, 4)), paid Nullable(Decimal(19, 4)), margin Nullable(Decimal(19, 4)),
        issue_date Nullable(Date32), due_date Nullable(Date32), business_date Nullable(Date32), attributes String
      ) ${LAYOUT}`,
      `CREATE TABLE IF NOT EXISTS payment (
        ${ENVELOPE}, ${OWNERSHIP},
        invoice_id String, counterparty_id String, currency LowCardinality(String),
        amount Nullable(Decimal(19, 4)), payment_date Nullable(Date32), business_date Nullable(Date32), attributes String
      ) ${LAYOUT}`,
    ],
  },
];

/** Brings the tables up to date; returns the names of what was applied now. */
export async function migrateEngine(engine: ClickHouseClient): Promise<string[]> {
  await engine.command({
    query: `CREATE TABLE IF NOT EXISTS schema_migration
      (number UInt32, name String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3))
      ENGINE = ReplacingMergeTree ORDER BY number`,
  });
  const rows = await readRows<[number]>(engine, 'SELECT number FROM schema_migration');
  const done = new Set(rows.map(([number]) => number));
  const applied: string[] = [];
  for (const { number, name, statements } of ENGINE_MIGRATIONS) {
    if (done.has(number)) continue;
    for (const query of statements) await engine.command({ query });
    await engine.insert({ table: 'schema_migration', values: [{ number, name }], format: 'JSONEachRow' });
    applied.push(name);
  }
  return applied;
}
