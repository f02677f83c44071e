import type { Envelope } from '@rapport/contracts/rapport/event/v1/event';
import type pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { traceIdOf } from '../telemetry.js';
import { type BucketDigest, type TimeRange, leastIdAt } from './digest.js';
import { describeFailure } from './failure.js';
import { type Sql, inTransaction, sqlOf } from './sql.js';

/** Records an event as done by a consumer, in the transaction of the effect. False: it was done before. */
export async function claim(sql: Sql, consumer: string, event: Envelope): Promise<boolean> {
  const rows = await sql`
    insert into kit.inbox_event (consumer, event_id, type)
    values (${consumer}, ${event.eventId}::uuid, ${event.type})
    on conflict do nothing returning 1 as claimed`;
  return rows.length > 0;
}

/** What the consumers of one service remember, in its own PostgreSQL. */
export class ConsumerStore {
  readonly sql: Sql;

  constructor(private readonly pool: pg.Pool) {
    this.sql = sqlOf(pool);
  }

  /** Remembers since when the consumer exists; returns it. */
  async register(consumer: string, stream: string): Promise<Date> {
    await this.sql`
      insert into kit.event_consumer (consumer, stream) values (${consumer}, ${stream}) on conflict do nothing`;
    const [row] = await this.sql<{ registered_at: Date }>`
      select registered_at from kit.event_consumer where consumer = ${consumer} and stream = ${stream}`;
    return row?.registered_at ?? new Date();
  }

  /** Gives an event up: the dead letter and the inbox row commit together, so that it is neither lost nor tried again. */
  async bury(consumer: string, event: Envelope, error: unknown, attempts: number): Promise<void> {
    const headers = JSON.stringify({
      occurTime: event.occurTime?.toISOString() ?? null,
      actor: event.actor,
      branchId: event.branchId,
      traceparent: event.traceparent,
      journalSeq: event.journalSeq.toString(),
    });
    await inTransaction(this.pool, async (sql) => {
      await claim(sql, consumer, event);
      await sql`
        insert into kit.dead_letter (id, consumer, event_id, type, aggregate_id, version, payload, headers, error, attempts, trace_id)
        values (${uuidv7()}, ${consumer}, ${event.eventId}, ${event.type}, ${event.aggregateId}, ${event.version.toString()}::bigint,
          ${Buffer.from(event.payload)}, ${headers}::jsonb, ${describeFailure(error)}, ${attempts}, ${traceIdOf(event.traceparent)})
        on conflict (consumer, event_id) do update set
          error = excluded.error, attempts = kit.dead_letter.attempts + 1, last_time = now(), resolved_at = null`;
    });
  }

  /** Which of these events the consumer has done or given up. */
  async held(consumer: string, eventIds: readonly string[]): Promise<Set<string>> {
    const rows = await this.sql<{ event_id: string }>`
      select event_id from kit.inbox_event where consumer = ${consumer} and event_id = any(${eventIds}::uuid[])`;
    return new Set(rows.map(({ event_id }) => event_id));
  }

  /** Digests of the events done, by hour of the event id. */
  async digest(consumer: string, types: readonly string[], range: TimeRange): Promise<BucketDigest[]> {
    const rows = await this.sql<{ hour: Date; count: string; xor: string }>`
      select date_trunc('hour', uuid_extract_timestamp(event_id), 'UTC') as hour, count(*) as count,
        to_hex(bit_xor(('x' || encode(substring(sha256(convert_to(event_id::text, 'UTF8')) from 1 for 8), 'hex'))::bit(64)::bigint)) as xor
      from kit.inbox_event
      where consumer = ${consumer} and type = any(${types}::text[])
        and event_id >= ${leastIdAt(range.from)}::uuid and event_id < ${leastIdAt(range.to)}::uuid
      group by 1 order by 1`;
    return rows.map(({ hour, count, xor }) => ({ hour, count: Number(count), xor }));
  }

  /** How far a stream was seen last; undefined where it never was. */
  async streamPosition(stream: string): Promise<{ created: Date; lastSeq: number } | undefined> {
    const [row] = await this.sql<{ created: Date; last_seq: string }>`
      select created, last_seq from kit.stream_position where stream = ${stream}`;
    return row && { created: row.created, lastSeq: Number(row.last_seq) };
  }

  async rememberStream(stream: string, position: { created: Date; lastSeq: number }): Promise<void> {
    await this.sql`
      insert into kit.stream_position (stream, created, last_seq) values (${stream}, ${position.created}, ${position.lastSeq})
      on conflict (stream) do update set created = excluded.created, last_seq = excluded.last_seq, seen_at = now()`;
  }
}
