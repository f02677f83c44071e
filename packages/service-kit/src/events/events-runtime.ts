import pg from 'pg';
import { logger } from '../telemetry.js';
import { Broker } from './broker.js';
import { StreamConsumer } from './consumer.js';
import { DeadLetters } from './dead-letters.js';
import { type ProjectionHandler, type ReactionHandler, type RegisteredConsumer, servicesOf } from './declaration.js';
import { EventJournal, type Journal } from './journal.js';
import { LocalCopies } from './local-copies.js';
import { organizationCopies } from './organization-copies.js';
import { streamName } from './naming.js';
import { onOutboxCommitted } from './outbox-signal.js';
import { type EventProcessor, type HandlerEnvironment, ProjectionProcessor, ReactionProcessor } from './processing.js';
import { RELAY_TUNING, Relay, type RelayTuning } from './relay.js';
import { StepwiseProcessor } from './stepwise.js';
import { ConsumerStore } from './store.js';
import { CONSUMER_TUNING, type ConsumerTuning, STREAM_TUNING, type StreamTuning, ensureStream } from './stream.js';
import { SWEEPER_TUNING, type SweepTarget, Sweeper, type SweeperTuning } from './sweeper.js';

const log = logger('events');

/** Everything that tests and large installations may want otherwise. */
export interface EventsTuning {
  readonly relay: RelayTuning;
  readonly streams: StreamTuning;
  readonly consumers: ConsumerTuning;
  readonly sweeper: SweeperTuning;
}

export interface EventsSettings {
  /** For example `deals`. */
  readonly service: string;
  /** As the role that the service runs as. */
  readonly databaseUrl: string;
  readonly natsUrl: string;
  /** The journal of another service. */
  readonly journalOf: (service: string) => Journal;
  /** Needed by reactions and stepwise consumers. */
  readonly environment?: HandlerEnvironment;
  readonly tuning?: { readonly [K in keyof EventsTuning]?: Partial<EventsTuning[K]> };
}

/** The events of one service in one process: its relay, its consumers, its sweeper. */
export class EventsRuntime {
  /** The service's own journal, for its EventJournalService. */
  readonly journal: Journal;
  readonly copies: LocalCopies;
  private readonly pool: pg.Pool;
  private readonly journalPool: pg.Pool;
  private readonly store: ConsumerStore;
  private readonly tuning: EventsTuning;
  private readonly processors = new Map<string, EventProcessor>();
  private readonly consumers: StreamConsumer[] = [];
  private readonly broker: Broker;
  private relay: Relay | undefined;
  private sweeper: Sweeper | undefined;
  private deaf: (() => void) | undefined;

  constructor(private readonly settings: EventsSettings) {
    const { service, databaseUrl, natsUrl, tuning } = settings;
    this.tuning = {
      relay: { ...RELAY_TUNING, ...tuning?.relay },
      streams: { ...STREAM_TUNING, ...tuning?.streams },
      consumers: { ...CONSUMER_TUNING, ...tuning?.consumers },
      sweeper: { ...SWEEPER_TUNING, ...tuning?.sweeper },
    };
    this.pool = poolOf(databaseUrl, `${service}-events`, 4);
    // Apart from the other, so that others' digests cannot keep this service's consumers from working.
    this.journalPool = poolOf(databaseUrl, `${service}-journal`, 2);
    this.store = new ConsumerStore(this.pool);
    this.journal = new EventJournal(service, this.journalPool);
    this.copies = new LocalCopies(this.pool);
    this.broker = new Broker(natsUrl, service);
  }

  /** Publishes what the outbox holds from now on; neither the broker nor the database need be there yet. */
  startRelay(): void {
    const { service, databaseUrl } = this.settings;
    this.relay = new Relay(this.broker, service, databaseUrl, this.tuning.streams, this.tuning.relay);
    this.deaf = onOutboxCommitted(() => this.relay?.wake());
    this.broker.onReconnect(() => void this.recover());
    this.broker.start();
    void this.provision();
    this.relay.start();
  }

  /** Starts the consumers and the sweeper; likewise without waiting for the broker. */
  async startConsumers(registered: readonly RegisteredConsumer[]): Promise<void> {
    const { service } = this.settings;
    const consumers = [...organizationCopies(service, this.copies), ...registered];
    refuseTwins(consumers);
    const targets: SweepTarget[] = [];
    for (const consumer of consumers) {
      const processor = this.processorOf(consumer);
      this.processors.set(consumer.declaration.durable, processor);
      for (const owner of servicesOf(consumer.declaration)) {
        this.consumers.push(
          new StreamConsumer(this.broker, owner, consumer.declaration, processor, this.store, this.tuning.consumers),
        );
        const journal = owner === service ? this.journal : this.settings.journalOf(owner);
        targets.push({ service: owner, consumer, processor, journal });
      }
    }
    this.sweeper = new Sweeper(
      this.broker,
      service,
      targets,
      this.store,
      this.pool,
      this.tuning.streams,
      this.tuning.sweeper,
    );
    // Known before the first call is taken: a reaction's reach begins here.
    await Promise.all(this.consumers.map((consumer) => consumer.register())).catch((err: unknown) =>
      log.warn({ event: 'consumers.not-registered', err }, 'The database cannot be reached; consumers try again'),
    );
    for (const consumer of this.consumers) consumer.start();
    this.sweeper.start();
  }

  /** Stops pulling and waits for what is in hand; the relay goes on, because calls may still be committing. */
  async stopConsumers(): Promise<void> {
    await this.sweeper?.stop();
    await Promise.all(this.consumers.map((consumer) => consumer.stop()));
  }

  /** The relay, the broker and the pool; after `stopConsumers`. */
  async stop(): Promise<void> {
    this.deaf?.();
    await this.relay?.stop();
    await this.broker.close();
    await Promise.all([this.pool.end(), this.journalPool.end()]);
  }

  /** Compares everything with the owners now; returns how many events were handed over. */
  async sweep(): Promise<number> {
    return (await this.sweeper?.sweep('full')) ?? 0;
  }

  /** How many events wait for a consumer, on all streams it reads; undefined while the broker or a stream is not there. */
  async lag(durable: string): Promise<number | undefined> {
    if (!this.broker.isConnected) return undefined;
    const streams = this.consumers
      .filter(({ declaration }) => declaration.durable === durable)
      .map(({ service }) => streamName(service));
    try {
      const { jsm } = await this.broker.jetstream();
      const infos = await Promise.all(streams.map((stream) => jsm.consumers.info(stream, durable)));
      return infos.reduce((sum, info) => sum + info.num_pending + info.num_ack_pending, 0);
    } catch {
      return undefined;
    }
  }

  get deadLetters(): DeadLetters {
    return new DeadLetters(this.store.sql, this.processors);
  }

  /** For health details and metrics; liveness must not depend on it. */
  get status(): { readonly brokerConnected: boolean; readonly relayLeader: boolean } {
    return { brokerConnected: this.broker.isConnected, relayLeader: this.relay?.isLeader ?? false };
  }

  private processorOf({ declaration, handler }: RegisteredConsumer): EventProcessor {
    if (declaration.kind === 'projection')
      return new ProjectionProcessor(declaration, handler as ProjectionHandler, this.store);
    const { environment } = this.settings;
    if (!environment) throw new Error(`${declaration.durable} needs transactions, and this service provides none.`);
    const Processor = declaration.kind === 'reaction' ? ReactionProcessor : StepwiseProcessor;
    return new Processor(declaration, handler as ReactionHandler, environment, this.store);
  }

  private async provision(): Promise<void> {
    for (let attempt = 1; !this.broker.isClosing; attempt += 1) {
      try {
        const { jsm } = await this.broker.jetstream();
        return await ensureStream(jsm, this.settings.service, this.tuning.streams);
      } catch (error) {
        if (attempt % 20 === 0)
          log.warn({ event: 'stream.not-provisioned', attempt, err: error }, 'The stream could not be made yet');
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }
  }

  /** The broker that is back may be another, or the same without its store. */
  private async recover(): Promise<void> {
    await this.provision();
    for (const consumer of this.consumers) consumer.rejoin();
    this.sweeper?.suspect();
  }
}

function poolOf(connectionString: string, name: string, max: number): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    application_name: name,
    max,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 60_000,
    idleTimeoutMillis: 30_000,
  });
  pool.on('error', (err) => log.warn({ event: 'events.database-lost', err }, 'An idle connection was lost'));
  return pool;
}

/** Two consumers of one name would share an inbox and each take the other's events. */
function refuseTwins(consumers: readonly RegisteredConsumer[]): void {
  const names = consumers.map(({ declaration }) => declaration.durable);
  const twin = names.find((name, index) => names.indexOf(name) !== index);
  if (twin !== undefined) throw new Error(`Two consumers are named "${twin}".`);
}
