import {
  type DigestEventsRequest,
  DigestEventsRequest_Kind as DigestKind,
  type DigestEventsResponse,
  type Envelope,
  type ReplayEventsRequest,
  type ReplayEventsResponse,
} from '@rapport/contracts/rapport/event/v1/event';
import type pg from 'pg';
import { AppError } from '../errors.js';
import { leastIdAt } from './digest.js';
import { serviceOf } from './naming.js';

/** The journal of a service as others see it: its own process asks the tables, others ask over gRPC. */
export interface Journal {
  replayEvents(request: ReplayEventsRequest): Promise<ReplayEventsResponse>;
  digestEvents(request: DigestEventsRequest): Promise<DigestEventsResponse>;
}

/** A request for all of the journal, to be narrowed by what one wants. */
export const REPLAY_ALL: Readonly<ReplayEventsRequest> = {
  afterSeq: 0n,
  pageSize: 0,
  types: [],
  aggregateIds: [],
  eventIds: [],
  fromTime: undefined,
  toTime: undefined,
  latestOnly: false,
  aggregateFromTime: undefined,
  aggregateToTime: undefined,
};

const DEFAULT_PAGE = 500;
/** A page stays below gRPC's limit of 4 MB for a message; an event is at most 1 MB. */
const PAGE_BYTES = 2_000_000;

interface JournalRow {
  event_id: string;
  type: string;
  aggregate_id: string;
  version: number;
  occur_time: Date;
  actor: string;
  branch_id: string;
  traceparent: string;
  payload: Buffer;
  journal_seq: string;
}

/** EventJournalService of one service, over its own outbox. What the relay has not handed over yet is not in it. */
export class EventJournal implements Journal {
  constructor(
    private readonly service: string,
    private readonly pool: pg.Pool,
  ) {}

  async replayEvents(request: ReplayEventsRequest): Promise<ReplayEventsResponse> {
    this.checkTypes(request.types);
    const where = new Conditions();
    where.add('e.journal_seq is not null');
    if (request.afterSeq > 0n) where.add('e.journal_seq > ?::bigint', request.afterSeq.toString());
    if (request.types.length > 0) where.add('e.type = any(?::text[])', request.types);
    if (request.aggregateIds.length > 0)
      where.add('e.aggregate_id = any(?::uuid[])', ids('aggregate_ids', request.aggregateIds));
    if (request.eventIds.length > 0) where.add('e.event_id = any(?::uuid[])', ids('event_ids', request.eventIds));
    where.addRange('e.event_id', request.fromTime, request.toTime);
    where.addRange('e.aggregate_id', request.aggregateFromTime, request.aggregateToTime);
    if (request.latestOnly) {
      where.add(
        `not exists (select from kit.outbox_event later where later.aggregate_id = e.aggregate_id and later.version > e.version
          and later.journal_seq is not null and (cardinality(?::text[]) = 0 or later.type = any(?::text[])))`,
        request.types,
        request.types,
      );
    }
    const size = request.pageSize || DEFAULT_PAGE;
    const { rows } = await this.pool.query<JournalRow & { bytes: string }>(
      `select *, sum(octet_length(payload)) over (order by journal_seq) as bytes from (
         select event_id, type, aggregate_id, version, occur_time, actor, branch_id, traceparent, payload, journal_seq
         from kit.outbox_event e where ${where.text} order by journal_seq limit ${where.value(size + 1)}
       ) page order by journal_seq`,
      where.values,
    );
    const fitting = rows.findIndex(({ bytes }, index) => index > 0 && Number(bytes) > PAGE_BYTES);
    const count = Math.min(size, fitting === -1 ? rows.length : fitting);
    const events = rows.slice(0, count).map(envelope);
    return { events, nextAfterSeq: count < rows.length ? (events.at(-1)?.journalSeq ?? 0n) : 0n };
  }

  async digestEvents(request: DigestEventsRequest): Promise<DigestEventsResponse> {
    this.checkTypes(request.types);
    const latest = request.kind === DigestKind.LATEST_VERSIONS;
    const where = new Conditions();
    where.add('e.journal_seq is not null');
    if (request.types.length > 0) where.add('e.type = any(?::text[])', request.types);
    where.addRange(latest ? 'e.aggregate_id' : 'e.event_id', request.fromTime, request.toTime);
    const entries = latest
      ? `select aggregate_id as id, '' as type, aggregate_id::text || ':' || max(version)::text as entry
         from kit.outbox_event e where ${where.text} group by aggregate_id`
      : `select event_id as id, type, event_id::text as entry from kit.outbox_event e where ${where.text}`;
    const { rows } = await this.pool.query<{ hour: Date; type: string; count: string; xor: string }>(
      `select date_trunc('hour', uuid_extract_timestamp(id), 'UTC') as hour, type, count(*) as count,
         lpad(to_hex(bit_xor(('x' || encode(substring(sha256(convert_to(entry, 'UTF8')) from 1 for 8), 'hex'))::bit(64)::bigint)), 16, '0') as xor
       from (${entries}) entries group by 1, 2 order by 1, 2`,
      where.values,
    );
    return { digests: rows.map(({ hour, type, count, xor }) => ({ hour, type, count: BigInt(count), xor })) };
  }

  private checkTypes(types: readonly string[]): void {
    const foreign = types.find((type) => serviceOf(type) !== this.service);
    if (foreign !== undefined) throw invalid('types', `"${foreign}" is not an event of ${this.service}.`);
  }
}

function envelope(row: JournalRow): Envelope {
  return {
    eventId: row.event_id,
    type: row.type,
    aggregateId: row.aggregate_id,
    version: BigInt(row.version),
    occurTime: row.occur_time,
    actor: row.actor,
    branchId: row.branch_id,
    traceparent: row.traceparent,
    payload: row.payload,
    journalSeq: BigInt(row.journal_seq),
  };
}

/** A conjunction built from what a request names; `?` stands for the next bound value. */
class Conditions {
  readonly values: unknown[] = [];
  private readonly parts: string[] = [];

  get text(): string {
    return this.parts.join(' and ');
  }

  /** Binds a value and returns its placeholder. */
  value(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  add(condition: string, ...values: unknown[]): void {
    let next = 0;
    this.parts.push(condition.replaceAll('?', () => this.value(values[next++])));
  }

  /** Bounds ids by the instants inside them. */
  addRange(column: 'e.event_id' | 'e.aggregate_id', from: Date | undefined, to: Date | undefined): void {
    if (from && to && from >= to) throw invalid('to_time', 'The interval ends before it begins.');
    if (from) this.add(`${column} >= ?::uuid`, leastIdAt(from));
    if (to) this.add(`${column} < ?::uuid`, leastIdAt(to));
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function ids(field: string, values: readonly string[]): readonly string[] {
  if (!values.every((value) => UUID.test(value))) throw invalid(field, 'An id is not a UUID.');
  return values;
}

function invalid(field: string, description: string): AppError {
  return new AppError('INVALID_ARGUMENT', 'INVALID_REQUEST', description, {}, [{ field, description }]);
}
