import { createClient, type ClickHouseClient } from '@clickhouse/client';

type ClientOptions = NonNullable<Parameters<typeof createClient>[0]>;

/** The one engine of this process, as Nest injects it. */
export const ENGINE = Symbol('rapport.engine');

/** Where the figures' tables are: a folder for the embedded engine, or a ClickHouse server. */
export interface EngineConfig {
  readonly CLICKHOUSE_URL?: string | undefined;
  readonly CLICKHOUSE_PATH: string;
}

/**
 * Settings that every statement runs with, so that both engines answer alike:
 * decimals and 64-bit integers arrive as text (a double would round them), and
 * FINAL reads partition by partition, which is right because a row's partition
 * follows from its id and never changes.
 */
const SETTINGS = {
  output_format_json_quote_decimals: 1,
  output_format_json_quote_64bit_integers: 1,
  do_not_merge_across_partitions_select_final: 1,
  date_time_input_format: 'best_effort',
} as const;

/** Opens the engine. The embedded one takes its data folder for this process alone. */
export async function openEngine(config: EngineConfig): Promise<ClickHouseClient> {
  if (config.CLICKHOUSE_URL !== undefined) {
    return createClient({ url: config.CLICKHOUSE_URL, clickhouse_settings: SETTINGS });
  }
  // 550 MB and optional: loaded only where it is the engine.
  const { createChdbConnection } = await import('chdb/connection');
  // The client bundles its own copy of the types that chdb takes from client-common: the same shapes, declared twice.
  const connection = createChdbConnection({ path: config.CLICKHOUSE_PATH }) as unknown as ClientOptions['connection'];
  return createClient({ connection, clickhouse_settings: SETTINGS });
}

/** Rows of a query, one array a row, in the order of its columns. */
export async function readRows<Row extends readonly unknown[]>(
  engine: ClickHouseClient,
  query: string,
  parameters: Record<string, unknown> = {},
): Promise<Row[]> {
  const answer = await engine.query({ query, query_params: parameters, format: 'JSONCompactEachRow' });
  return (await answer.json<unknown>()) as Row[];
}
