import type { ClickHouseClient } from '@clickhouse/client';
import type { BucketDigest, TimeRange } from '@rapport/service-kit/events';
import { readRows } from './engine.js';
import type { TableName } from './engine-schema.js';

/**
 * Digests of (aggregate id, version) of what a table holds, by hour of the id,
 * as `DigestEvents` of the owner builds them for KIND_LATEST_VERSIONS.
 */
export async function latestVersionDigest(
  engine: ClickHouseClient,
  table: TableName,
  range: TimeRange,
  kinds?: readonly string[],
): Promise<BucketDigest[]> {
  const rows = await readRows<[hour: number, count: string, xor: string]>(
    engine,
    `SELECT toUnixTimestamp(toStartOfHour(made)) AS hour, count(),
       groupBitXor(reinterpretAsUInt64(reverse(substring(SHA256(concat(toString(id), ':', toString(latest))), 1, 8))))
     FROM (
       SELECT id, max(version) AS latest, UUIDv7ToDateTime(id, 'UTC') AS made FROM ${table}
       WHERE toYYYYMM(UUIDv7ToDateTime(id, 'UTC')) BETWEEN toYYYYMM({from: DateTime64(3, 'UTC')}) AND toYYYYMM({to: DateTime64(3, 'UTC')})
         AND made >= {from: DateTime64(3, 'UTC')} AND made < {to: DateTime64(3, 'UTC')}
         ${kinds === undefined ? '' : 'AND kind IN ({kinds: Array(String)})'}
       GROUP BY id
     ) GROUP BY hour ORDER BY hour`,
    {
      from: engineInstant(range.from),
      to: engineInstant(range.to),
      ...(kinds === undefined ? {} : { kinds: [...kinds] }),
    },
  );
  return rows.map(([hour, count, xor]) => ({
    hour: new Date(hour * 1_000),
    count: Number(count),
    xor: BigInt(xor).toString(16).padStart(16, '0'),
  }));
}

// The engine's calendar ends in 2299 and begins in 1900; a range may be wider.
const EARLIEST = Date.UTC(1970, 0, 1);
const LATEST = Date.UTC(2199, 11, 31);

function engineInstant(instant: Date): string {
  const within = Math.min(Math.max(instant.getTime(), EARLIEST), LATEST);
  return new Date(within).toISOString().replace('T', ' ').replace('Z', '');
}
