import { createHash } from 'node:crypto';

/**
 * Digests tell whether two sides hold the same events without sending them: per hour the count of entries and the xor
 * of their hashes. An entry is an event id, or `<aggregate id>:<version>`.
 */
export interface BucketDigest {
  /** Start of the hour, UTC. */
  readonly hour: Date;
  readonly count: number;
  /** Xor over the first 8 bytes of SHA-256 of each entry, 16 hex digits. */
  readonly xor: string;
}

/** A stretch of time; the end is outside. */
export interface TimeRange {
  readonly from: Date;
  readonly to: Date;
}

export const HOUR_MS = 3_600_000;

/** The first 8 bytes of SHA-256 of one entry. */
export function entryHash(entry: string): bigint {
  return createHash('sha256').update(entry).digest().readBigUInt64BE(0);
}

/** Digests of entries that are at hand, by the hour of the id that each entry stands under. */
export function digestOf(entries: Iterable<{ readonly id: string; readonly entry: string }>): BucketDigest[] {
  const buckets = new Map<number, { count: number; xor: bigint }>();
  for (const { id, entry } of entries) {
    add(buckets, Math.floor(timeOfId(id).getTime() / HOUR_MS) * HOUR_MS, 1, entryHash(entry));
  }
  return [...buckets]
    .sort(([a], [b]) => a - b)
    .map(([hour, { count, xor }]) => ({ hour: new Date(hour), count, xor: hex(xor) }));
}

/** The hours in which the two sides differ, rising. Several digests of one hour (one per type) count as their sum. */
export function differingHours(left: Iterable<BucketDigest>, right: Iterable<BucketDigest>): Date[] {
  const [a, b] = [folded(left), folded(right)];
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((hour) => a.get(hour)?.count !== b.get(hour)?.count || a.get(hour)?.xor !== b.get(hour)?.xor)
    .sort((x, y) => x - y)
    .map((hour) => new Date(hour));
}

/** Joins hours that follow one another into ranges of at most `longest` hours. */
export function rangesOfHours(hours: readonly Date[], longest: number): TimeRange[] {
  const ranges: { from: Date; to: Date }[] = [];
  for (const hour of hours) {
    const end = new Date(hour.getTime() + HOUR_MS);
    const last = ranges.at(-1);
    if (last && last.to.getTime() === hour.getTime() && hour.getTime() - last.from.getTime() < longest * HOUR_MS)
      last.to = end;
    else ranges.push({ from: hour, to: end });
  }
  return ranges;
}

/** When a UUIDv7 was made. */
export function timeOfId(id: string): Date {
  return new Date(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16));
}

/** The least id that could have been made at an instant: turns a bound in time into a bound on ids. */
export function leastIdAt(instant: Date): string {
  const digits = Math.max(0, instant.getTime()).toString(16).padStart(12, '0');
  return `${digits.slice(0, 8)}-${digits.slice(8)}-0000-0000-000000000000`;
}

function folded(digests: Iterable<BucketDigest>): Map<number, { count: number; xor: bigint }> {
  const buckets = new Map<number, { count: number; xor: bigint }>();
  for (const { hour, count, xor } of digests) add(buckets, hour.getTime(), count, BigInt(`0x${xor || '0'}`));
  return buckets;
}

function add(buckets: Map<number, { count: number; xor: bigint }>, hour: number, count: number, xor: bigint): void {
  const bucket = buckets.get(hour) ?? { count: 0, xor: 0n };
  bucket.count += count;
  bucket.xor ^= xor;
  buckets.set(hour, bucket);
}

function hex(value: bigint): string {
  return value.toString(16).padStart(16, '0');
}
