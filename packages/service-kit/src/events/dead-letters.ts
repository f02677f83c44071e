import type { Envelope } from '@rapport/contracts/rapport/event/v1/event';
import { AppError } from '../errors.js';
import { type EventProcessor, LAST_ATTEMPT } from './processing.js';
import type { Sql } from './sql.js';

/** An event that a consumer gave up. */
export interface DeadLetter {
  readonly id: string;
  readonly consumer: string;
  readonly eventId: string;
  readonly type: string;
  readonly aggregateId: string;
  readonly version: bigint;
  readonly error: string;
  readonly attempts: number;
  readonly traceId: string;
  readonly firstTime: Date;
  readonly lastTime: Date;
}

interface DeadLetterRow {
  id: string;
  consumer: string;
  event_id: string;
  type: string;
  aggregate_id: string;
  version: string;
  payload: Buffer;
  headers: { occurTime: string | null; actor: string; branchId: string; traceparent: string; journalSeq: string };
  error: string;
  attempts: number;
  trace_id: string;
  first_time: Date;
  last_time: Date;
}

/** What an operator does with dead letters. */
export class DeadLetters {
  constructor(
    private readonly sql: Sql,
    private readonly processors: ReadonlyMap<string, EventProcessor>,
  ) {}

  /** Open dead letters, the oldest first. */
  async list(filter: { consumer?: string; limit?: number } = {}): Promise<DeadLetter[]> {
    const rows = await this.sql<DeadLetterRow>`
      select * from kit.dead_letter
      where resolved_at is null and (${filter.consumer ?? null}::text is null or consumer = ${filter.consumer ?? null}::text)
      order by first_time, id limit ${Math.min(filter.limit ?? 100, 1_000)}::int`;
    return rows.map((row) => ({
      id: row.id,
      consumer: row.consumer,
      eventId: row.event_id,
      type: row.type,
      aggregateId: row.aggregate_id,
      version: BigInt(row.version),
      error: row.error,
      attempts: row.attempts,
      traceId: row.trace_id,
      firstTime: row.first_time,
      lastTime: row.last_time,
    }));
  }

  /**
   * Hands a dead letter to its consumer again. True: done, and resolved. False: it failed again and stays, with the
   * new error.
   */
  async redrive(id: string): Promise<boolean> {
    const [row] = await this
      .sql<DeadLetterRow>`select * from kit.dead_letter where id = ${id}::uuid and resolved_at is null`;
    if (!row) throw new AppError('NOT_FOUND', 'NOT_FOUND', 'There is no open dead letter with this id.');
    const processor = this.processors.get(row.consumer);
    if (!processor) {
      throw new AppError('FAILED_PRECONDITION', 'CONSUMER_GONE', `This service has no consumer "${row.consumer}".`, {
        consumer: row.consumer,
      });
    }
    // Should the process end after this, the event counts as missing and the sweeper brings it.
    await this.sql`delete from kit.inbox_event where consumer = ${row.consumer} and event_id = ${row.event_id}::uuid`;
    const [verdict] = await processor.process([{ envelope: envelopeOf(row), attempt: LAST_ATTEMPT }]);
    if (verdict?.outcome !== 'done') return false;
    await this.sql`update kit.dead_letter set resolved_at = now() where id = ${id}::uuid`;
    return true;
  }
}

function envelopeOf(row: DeadLetterRow): Envelope {
  return {
    eventId: row.event_id,
    type: row.type,
    aggregateId: row.aggregate_id,
    version: BigInt(row.version),
    occurTime: row.headers.occurTime === null ? undefined : new Date(row.headers.occurTime),
    actor: row.headers.actor,
    branchId: row.headers.branchId,
    traceparent: row.headers.traceparent,
    payload: row.payload,
    journalSeq: BigInt(row.headers.journalSeq),
  };
}
