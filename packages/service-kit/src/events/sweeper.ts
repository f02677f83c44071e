import { DigestEventsRequest_Kind as DigestKind, type Envelope } from '@rapport/contracts/rapport/event/v1/event';
import type pg from 'pg';
import { logger } from '../telemetry.js';
import type { Broker } from './broker.js';
import { type ConsumerDeclaration, type RegisteredConsumer, typesFrom } from './declaration.js';
import { HOUR_MS, type BucketDigest, type TimeRange, differingHours, rangesOfHours, timeOfId } from './digest.js';
import { type Journal, REPLAY_ALL } from './journal.js';
import { streamName } from './naming.js';
import type { EventProcessor } from './processing.js';
import { StepwiseProcessor } from './stepwise.js';
import type { ConsumerStore } from './store.js';
import { type StreamTuning, ensureStream, isMissing } from './stream.js';

const log = logger('sweeper');

/** Of the advisory lock that lets one process of a service sweep at a time. */
const SWEEP_LOCK = 727_002;
/** Digests are asked for in windows of so long, so that an answer stays small whatever the age of the journal. */
const WINDOW_MS = 31 * 24 * HOUR_MS;

export interface SweeperTuning {
  /** Between looks at the streams and at aggregates that wait at a gap. */
  readonly watchMs: number;
  /** Between comparisons of the last `recentMs`. */
  readonly recentEveryMs: number;
  readonly recentMs: number;
  /** Between comparisons of everything. */
  readonly fullEveryMs: number;
  /** Younger events are still on their way. */
  readonly graceMs: number;
  /** So long an aggregate may wait at a gap before its owner is asked. */
  readonly gapAfterMs: number;
}

export const SWEEPER_TUNING: SweeperTuning = {
  watchMs: 5_000,
  recentEveryMs: 30_000,
  recentMs: 25 * HOUR_MS,
  fullEveryMs: 15 * 60_000,
  graceMs: 10_000,
  gapAfterMs: 3_000,
};

/** One consumer's share of one service's events. */
export interface SweepTarget {
  readonly service: string;
  readonly consumer: RegisteredConsumer;
  readonly processor: EventProcessor;
  readonly journal: Journal;
}

type Scope = 'recent' | 'full';

/**
 * Compares what consumers hold with the journals of the owners and hands them what is missing, the way the broker
 * would have. The measure against a broker that forgot what it had acknowledged.
 */
export class Sweeper {
  private stopped = false;
  private timer: NodeJS.Timeout | undefined;
  private turn: Promise<unknown> = Promise.resolve();
  private nextRecent = 0;
  private nextFull = 0;
  /** Until then everything is compared again and again: what was on its way when the broker failed shows only now. */
  private doubtfulUntil = 0;
  private readonly unswept = new Set<SweepTarget>();
  /** Attempts by event id of what failed and is still being tried. */
  private readonly attempts = new Map<string, number>();

  constructor(
    private readonly broker: Broker,
    private readonly ownService: string,
    private readonly targets: readonly SweepTarget[],
    private readonly store: ConsumerStore,
    private readonly pool: pg.Pool,
    private readonly streams: StreamTuning,
    private readonly tuning: SweeperTuning,
  ) {}

  start(): void {
    // At the start the broker is asked first; what it holds need not be replayed.
    this.nextFull = Date.now() + this.tuning.graceMs;
    this.nextRecent = this.nextFull;
    this.schedule(0);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.turn;
  }

  /** Compares everything soon, and once more when all that was on its way must have arrived: the broker was away. */
  suspect(): void {
    const now = Date.now();
    this.nextFull = Math.min(this.nextFull, now + Math.random() * this.tuning.watchMs);
    this.doubtfulUntil = now + this.tuning.watchMs + 2 * this.tuning.graceMs;
  }

  /** Compares now and waits for the end; returns how many events were handed over. For tests and operators. */
  sweep(scope: Scope, service?: string): Promise<number> {
    const run = this.turn.then(() => this.sweepAll(scope, service));
    this.turn = run.catch(() => undefined);
    return run;
  }

  private schedule(ms: number): void {
    if (this.stopped) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.turn = this.turn
        .then(() => this.tick())
        .catch((error: unknown) => log.warn({ event: 'sweep.failed', err: error }, 'A sweep did not come to its end'))
        .finally(() => this.schedule(this.tuning.watchMs));
    }, ms).unref();
  }

  private async tick(): Promise<void> {
    if (this.stopped) return;
    // Each on its own: a broker or an owner that does not answer must not keep the rest from being done.
    if (this.broker.isConnected)
      await this.watchStreams().catch((err: unknown) =>
        log.warn({ event: 'stream.not-watched', err }, 'The broker did not tell of its streams'),
      );
    await this.closeGaps().catch((err: unknown) =>
      log.warn({ event: 'stepwise.gap-stays', err }, 'Missing versions could not be asked for'),
    );
    const now = Date.now();
    if (now >= this.nextFull) {
      this.nextFull = now + (now < this.doubtfulUntil ? this.tuning.graceMs : this.tuning.fullEveryMs);
      this.nextRecent = now + this.tuning.recentEveryMs;
      await this.sweepAll('full');
    } else if (now >= this.nextRecent) {
      this.nextRecent = now + this.tuning.recentEveryMs;
      await this.sweepAll('recent');
    }
  }

  /** A stream that is younger or shorter than it was has lost events: everything from its service is compared. */
  private async watchStreams(): Promise<void> {
    const { jsm } = await this.broker.jetstream();
    for (const service of new Set([this.ownService, ...this.targets.map((target) => target.service)])) {
      const stream = streamName(service);
      try {
        const { created, state } = await jsm.streams.info(stream);
        const position = { created: new Date(created), lastSeq: state.last_seq };
        const known = await this.store.streamPosition(stream);
        if (known && (known.created.getTime() !== position.created.getTime() || known.lastSeq > position.lastSeq)) {
          log.error(
            { event: 'stream.regressed', stream, known, position },
            'The broker lost events; they are taken from the journal',
          );
          this.suspect();
          this.nextFull = 0;
        }
        await this.store.rememberStream(stream, position);
      } catch (error) {
        if (!isMissing(error)) throw error;
        if (service === this.ownService) await ensureStream(jsm, service, this.streams);
      }
    }
  }

  private async closeGaps(): Promise<void> {
    for (const { consumer, processor, journal, service } of this.targets) {
      if (!(processor instanceof StepwiseProcessor)) continue;
      const waiting = await processor.waiting(this.tuning.gapAfterMs);
      if (waiting.length === 0) continue;
      const { declaration } = consumer;
      log.warn(
        { event: 'stepwise.gap', consumer: declaration.durable, aggregates: waiting.length },
        'Aggregates wait for an event; the owner is asked',
      );
      for (let after = 0n; ;) {
        const page = await journal.replayEvents({
          ...REPLAY_ALL,
          afterSeq: after,
          types: typesFrom(declaration, service),
          aggregateIds: waiting,
        });
        await this.hand(declaration, processor, page.events);
        after = page.nextAfterSeq;
        if (after === 0n) break;
      }
    }
  }

  private async sweepAll(scope: Scope, service?: string): Promise<number> {
    const client = await this.pool.connect();
    try {
      const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [
        SWEEP_LOCK,
      ]);
      if (!rows[0]?.locked) return 0;
      try {
        let handed = 0;
        for (const target of this.targets) {
          if (service !== undefined && target.service !== service) continue;
          // Whoever could not be compared as a whole is so at the next opportunity.
          const wanted = this.unswept.delete(target) ? 'full' : scope;
          // One owner that does not answer must not keep the others from being asked.
          handed += await this.sweepOne(target, wanted).catch((error: unknown) => {
            const { durable } = target.consumer.declaration;
            log.warn(
              { event: 'sweep.failed', consumer: durable, service: target.service, err: error },
              'A journal could not be compared',
            );
            if (wanted === 'full') this.unswept.add(target);
            return 0;
          });
        }
        return handed;
      } finally {
        await client.query('select pg_advisory_unlock($1)', [SWEEP_LOCK]);
      }
    } finally {
      client.release();
    }
  }

  private async sweepOne(target: SweepTarget, scope: Scope): Promise<number> {
    const until = new Date(Date.now() - this.tuning.graceMs);
    const beginning = await this.beginning(target);
    if (!beginning) return 0;
    const recent = until.getTime() - this.tuning.recentMs;
    const from = scope === 'full' ? beginning.getTime() : Math.max(beginning.getTime(), recent);
    let handed = 0;
    for (let start = from; start < until.getTime() && !this.stopped; start += WINDOW_MS) {
      const window = { from: new Date(start), to: new Date(Math.min(start + WINDOW_MS, until.getTime())) };
      handed += await this.compare(target, window, until);
    }
    return handed;
  }

  private async compare(target: SweepTarget, window: TimeRange, until: Date): Promise<number> {
    const { consumer, service, journal } = target;
    const { declaration } = consumer;
    const types = typesFrom(declaration, service);
    const kind = declaration.kind === 'projection' ? DigestKind.LATEST_VERSIONS : DigestKind.EVENT_IDS;
    const { digests } = await journal.digestEvents({ kind, types, fromTime: window.from, toTime: window.to });
    const owned = digests.flatMap(({ hour, count, xor }): BucketDigest[] =>
      hour ? [{ hour, count: Number(count), xor }] : [],
    );
    const held = await ('digest' in consumer.handler
      ? consumer.handler.digest(window, service)
      : this.store.digest(declaration.durable, types, window));
    let handed = 0;
    for (const range of rangesOfHours(differingHours(owned, held), 24)) {
      // The hours at the window's ends are not whole.
      const from = new Date(Math.max(range.from.getTime(), window.from.getTime()));
      const to = new Date(Math.min(range.to.getTime(), window.to.getTime()));
      handed += await this.replay(target, { from, to }, types, until);
    }
    return handed;
  }

  private async replay(target: SweepTarget, range: TimeRange, types: string[], until: Date): Promise<number> {
    const { declaration } = target.consumer;
    const bounds =
      declaration.kind === 'projection'
        ? { latestOnly: true, aggregateFromTime: range.from, aggregateToTime: range.to }
        : { fromTime: range.from, toTime: range.to };
    let handed = 0;
    for (let after = 0n; !this.stopped;) {
      const page = await target.journal.replayEvents({ ...REPLAY_ALL, ...bounds, types, afterSeq: after });
      const settled = page.events.filter(({ occurTime }) => occurTime && occurTime < until);
      const held = await this.store.held(
        declaration.durable,
        settled.map(({ eventId }) => eventId),
      );
      const missing = settled.filter(({ eventId }) => !held.has(eventId));
      await this.hand(declaration, target.processor, missing);
      handed += missing.length;
      after = page.nextAfterSeq;
      if (after === 0n) break;
    }
    if (handed > 0) {
      const facts = {
        consumer: declaration.durable,
        service: target.service,
        from: range.from,
        to: range.to,
        events: handed,
      };
      log.warn({ event: 'sweep.replayed', ...facts }, 'Events were taken from the journal');
    }
    return handed;
  }

  /** Hands events over in the portions that the broker would use. */
  private async hand(
    declaration: ConsumerDeclaration,
    processor: EventProcessor,
    events: readonly Envelope[],
  ): Promise<void> {
    const portion = declaration.kind === 'stepwise' ? 1 : Math.max(declaration.batchSize, declaration.concurrency);
    for (let start = 0; start < events.length && !this.stopped; start += portion) {
      const deliveries = events.slice(start, start + portion).map((envelope) => ({
        envelope,
        attempt: (this.attempts.get(`${declaration.durable}/${envelope.eventId}`) ?? 0) + 1,
      }));
      const verdicts = await processor.process(deliveries);
      deliveries.forEach(({ envelope, attempt }, index) => {
        const key = `${declaration.durable}/${envelope.eventId}`;
        const verdict = verdicts[index];
        if (verdict?.outcome === 'again' && !verdict.transient && this.attempts.size < 100_000)
          this.attempts.set(key, attempt);
        else this.attempts.delete(key);
      });
    }
  }

  /** From when on the consumer must hold everything; nothing when the journal is empty. */
  private async beginning({ consumer, service, journal }: SweepTarget): Promise<Date | undefined> {
    const { declaration } = consumer;
    if (declaration.since === 'registration') return this.store.register(declaration.durable, streamName(service));
    const { events } = await journal.replayEvents({
      ...REPLAY_ALL,
      types: typesFrom(declaration, service),
      pageSize: 1,
    });
    const [first] = events;
    // An aggregate is older than its first event, and others may have been published later by a little.
    return (
      first &&
      new Date(Math.min(timeOfId(first.aggregateId).getTime(), timeOfId(first.eventId).getTime()) - 24 * HOUR_MS)
    );
  }
}
