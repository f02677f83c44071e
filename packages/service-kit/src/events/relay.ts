import type { JetStreamClient } from '@nats-io/jetstream';
import pg from 'pg';
import { ATTRIBUTES, currentTraceparent, logger, runWithTraceparent, withSpan } from '../telemetry.js';
import { fullJitter } from './backoff.js';
import type { Broker } from './broker.js';
import { eventHeaders } from './event.js';
import { eventSubject, streamName } from './naming.js';
import { type StreamTuning, ensureStream } from './stream.js';

const log = logger('relay');

/** Of the advisory lock that makes one relay of a database the leader. */
const LEADER_LOCK = 727_001;

export interface RelayTuning {
  /** Rows taken, published and marked at once. */
  readonly batchSize: number;
  /** Between looks while events are flowing. */
  readonly busyPollMs: number;
  /** Between looks when there was nothing for a while; `wake` cuts it short. */
  readonly idlePollMs: number;
  /** Between tries of a follower to become the leader. */
  readonly followPollMs: number;
  readonly publishTimeoutMs: number;
}

export const RELAY_TUNING: RelayTuning = {
  batchSize: 1_000,
  busyPollMs: 15,
  idlePollMs: 150,
  followPollMs: 500,
  publishTimeoutMs: 5_000,
};

/** For so long after the last event the relay looks often. */
const BUSY_FOR_MS = 2_000;
const BACKOFF = { baseMs: 100, capMs: 5_000 };

/** What one round came to. */
interface Round {
  readonly taken: number;
  /** Why some of the rows are still in the outbox. */
  readonly failure?: unknown;
}

const NOTHING: Round = { taken: 0 };

interface OutboxRow {
  event_id: string;
  aggregate_id: string;
  version: number;
  type: string;
  payload: Buffer;
  traceparent: string;
  actor: string;
  branch_id: string;
  occur_time: Date;
}

/**
 * Brings the journal's new rows to the broker: take, publish, await the acks, mark. A crash between any two of these
 * repeats events and never loses one.
 *
 * Everything runs on one connection of its own, the one that holds the lock: a leader that loses its lock has lost the
 * means to mark rows too. LISTEN/NOTIFY is not used on purpose: a NOTIFY makes every commit of the whole server queue
 * for one lock.
 */
export class Relay {
  private stopped = false;
  private running: Promise<void> | undefined;
  private client: pg.Client | undefined;
  private failures = 0;
  private lastEvent = 0;
  private rouse: (() => void) | undefined;
  private roused = false;

  constructor(
    private readonly broker: Broker,
    private readonly service: string,
    private readonly databaseUrl: string,
    private readonly streams: StreamTuning,
    private readonly tuning: RelayTuning,
  ) {}

  start(): void {
    this.running ??= this.run();
  }

  /** Says that a transaction with events has committed in this process: the relay looks at once. */
  wake(): void {
    this.roused = true;
    this.rouse?.();
  }

  /** Finishes the batch in hand and gives the lock up. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.wake();
    await this.running;
  }

  /** True while this process publishes the service's events. */
  get isLeader(): boolean {
    return this.client !== undefined;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      try {
        await this.lead();
      } catch (error) {
        this.failures += 1;
        log.warn({ event: 'relay.failed', attempt: this.failures, err: error }, 'The relay lost its database');
        await this.pause(fullJitter(this.failures, BACKOFF) + 20);
      }
    }
  }

  private async lead(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.databaseUrl,
      application_name: `${this.service}-relay`,
      keepAlive: true,
    });
    let lost: Error | undefined;
    client.on('error', (error) => {
      lost = error;
      this.rouse?.();
    });
    try {
      await client.connect();
      // Asked again and again rather than waited for: a session that waits inside the statement would hold back the
      // clean-up of dead rows for as long as the leader lives.
      while (!this.stopped && !(await tryLock(client))) {
        await this.pause(this.tuning.followPollMs * (0.5 + Math.random()));
        if (lost) throw lost;
      }
      if (this.stopped) return;
      this.client = client;
      log.info({ event: 'relay.leading' }, 'This process publishes the events');
      while (!this.stopped) {
        if (lost) throw lost;
        // What is published without a connection only piles up in memory.
        const { taken, failure } = this.broker.isConnected ? await this.round(client) : NOTHING;
        if (failure === undefined) this.failures = 0;
        else await this.afterFailure(failure);
        if (taken > 0) this.lastEvent = Date.now();
        if (taken < this.tuning.batchSize) {
          await this.pause(Date.now() - this.lastEvent < BUSY_FOR_MS ? this.tuning.busyPollMs : this.tuning.idlePollMs);
        }
      }
    } finally {
      this.client = undefined;
      await client.end().catch(() => undefined);
    }
  }

  /** One batch. Throws when the database fails; tells when the broker does. */
  private async round(client: pg.Client): Promise<Round> {
    const { rows } = await client.query<OutboxRow>({
      name: 'relay-take',
      text: `select event_id, aggregate_id, version, type, payload, traceparent, actor, branch_id, occur_time
        from kit.outbox_event where published_at is null order by event_id limit $1`,
      values: [this.tuning.batchSize],
    });
    if (rows.length === 0) return NOTHING;
    const { js } = await this.broker.jetstream();
    const acked = new Set<string>();
    const ordered = inVersionOrder(rows);
    const published = Promise.allSettled(
      ordered.map(async (row) => acked.add(await this.withinTrace(row, () => this.publish(js, row)))),
    );
    const lost = this.broker.nextLoss();
    const results = await Promise.race([published, lost.promise]);
    lost.forget();
    const marked = ordered.map(({ event_id }) => event_id).filter((eventId) => acked.has(eventId));
    if (marked.length > 0) await mark(client, marked);
    if (!results)
      return { taken: rows.length, failure: new Error('The connection was lost before the broker had acknowledged.') };
    const failed = results.find((result) => result.status === 'rejected');
    return { taken: rows.length, failure: failed?.reason };
  }

  private async afterFailure(failure: unknown): Promise<void> {
    this.failures += 1;
    log.warn(
      { event: 'relay.not-acknowledged', attempt: this.failures, err: failure },
      'The broker did not take all events; they stay in the outbox',
    );
    try {
      // A broker that came back without its store has no stream any more.
      if (this.broker.isConnected) await ensureStream((await this.broker.jetstream()).jsm, this.service, this.streams);
    } catch (err) {
      log.warn({ event: 'stream.not-provisioned', err }, 'The stream could not be made');
    }
    await this.pause(fullJitter(this.failures, BACKOFF));
  }

  /** Runs the work as a step of the trace that wrote the row. */
  private withinTrace<R>(row: OutboxRow, work: () => Promise<R>): Promise<R> {
    return runWithTraceparent(row.traceparent, () =>
      withSpan(
        `publish ${row.type}`,
        {
          [ATTRIBUTES.messagingSystem]: 'nats',
          [ATTRIBUTES.messagingOperation]: 'send',
          [ATTRIBUTES.messagingDestination]: streamName(this.service),
          [ATTRIBUTES.messagingMessageId]: row.event_id,
          [ATTRIBUTES.eventType]: row.type,
          [ATTRIBUTES.aggregateId]: row.aggregate_id,
          [ATTRIBUTES.aggregateVersion]: row.version,
        },
        work,
        'producer',
      ),
    );
  }

  private async publish(js: JetStreamClient, row: OutboxRow): Promise<string> {
    const headers = eventHeaders({
      eventId: row.event_id,
      type: row.type,
      aggregateId: row.aggregate_id,
      version: BigInt(row.version),
      occurTime: row.occur_time,
      actor: row.actor,
      branchId: row.branch_id,
      traceparent: currentTraceparent(),
    });
    let subject: string;
    try {
      subject = eventSubject(row.type, row.aggregate_id);
    } catch (error) {
      return this.setAside(row, error);
    }
    try {
      await js.publish(subject, row.payload, {
        headers,
        expect: { streamName: streamName(this.service) },
        timeout: this.tuning.publishTimeoutMs,
      });
      return row.event_id;
    } catch (error) {
      if (error instanceof Error && /max_payload|maximum payload/i.test(`${error.name} ${error.message}`))
        return this.setAside(row, error);
      throw error;
    }
  }

  /**
   * The broker will never take it (too large for its settings, or no event's name). It counts as handed over, so that
   * it has its place in the journal, where the sweepers of its consumers find it; the log is the alarm.
   */
  private setAside(row: OutboxRow, error: unknown): string {
    log.error(
      { event: 'relay.unpublishable', eventId: row.event_id, eventType: row.type, err: error },
      'An event cannot be published',
    );
    return row.event_id;
  }

  private async pause(ms: number): Promise<void> {
    if (this.roused) {
      this.roused = false;
      return;
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.rouse = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.rouse = undefined;
    this.roused = false;
  }
}

/** The rows in the order of their ids, but the versions of each aggregate among them rising. */
export function inVersionOrder<R extends { aggregate_id: string; version: number }>(rows: readonly R[]): R[] {
  // Ids are made before the transactions that carry them have settled their order.
  const byAggregate = new Map<string, R[]>();
  for (const row of rows) {
    const versions = byAggregate.get(row.aggregate_id);
    if (versions) versions.push(row);
    else byAggregate.set(row.aggregate_id, [row]);
  }
  for (const versions of byAggregate.values()) versions.sort((a, b) => b.version - a.version);
  return rows.map((row) => byAggregate.get(row.aggregate_id)?.pop() ?? row);
}

async function tryLock(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [LEADER_LOCK]);
  return rows[0]?.locked === true;
}

/** Marks the rows and gives them their places in the journal, in one statement: no place without a mark, nor the reverse. */
async function mark(client: pg.Client, eventIds: readonly string[]): Promise<void> {
  await client.query({
    name: 'relay-mark',
    text: `with acked as (
        select event_id, row_number() over (order by place) as place
        from kit.outbox_event join unnest($1::uuid[]) with ordinality as t (event_id, place) using (event_id)
        where published_at is null
      ), top as (select coalesce(max(journal_seq), 0) as seq from kit.outbox_event)
      update kit.outbox_event o set published_at = clock_timestamp(), journal_seq = top.seq + acked.place
      from acked, top where o.event_id = acked.event_id`,
    values: [eventIds],
  });
}
