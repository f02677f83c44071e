import type { ClickHouseClient } from '@clickhouse/client';
import { readRows } from './engine.js';
import { TABLE_NAMES } from './engine-schema.js';

/**
 * Merges partitions that nobody has written to for an hour into one part each,
 * oldest first, at most `limit` of them: FINAL then has nothing to do there.
 * Returns how many were merged.
 */
export async function mergeQuietPartitions(engine: ClickHouseClient, limit: number): Promise<number> {
  const quiet = await readRows<[table: string, partition: string]>(
    engine,
    `SELECT table, partition_id FROM system.parts
     WHERE active AND database = currentDatabase() AND table IN ({tables: Array(String)})
     GROUP BY table, partition_id HAVING count() > 1 AND max(modification_time) < now() - INTERVAL 1 HOUR
     ORDER BY partition_id, table LIMIT {limit: UInt32}`,
    { tables: [...TABLE_NAMES], limit },
  );
  for (const [table, partition] of quiet) {
    // Names cannot be bound; both come from the engine's own catalogue of our tables.
    await engine.command({ query: `OPTIMIZE TABLE ${table} PARTITION ID '${partition}' FINAL` });
  }
  return quiet.length;
}
