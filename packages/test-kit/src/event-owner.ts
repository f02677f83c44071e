import { type EventType, EventsRuntime, outboxCommitted } from '@rapport/service-kit/events';
import { v7 as uuidv7 } from 'uuid';
import { TestDatabase } from './service-database.js';

/** A service that tells its facts and does nothing else: its outbox and its relay, as the kit runs them in every service. */
export class EventOwner {
  private constructor(
    private readonly runtime: EventsRuntime,
    private readonly database: TestDatabase,
  ) {}

  static async start(service: string, natsUrl: string): Promise<EventOwner> {
    const database = await TestDatabase.make();
    const runtime: EventsRuntime = new EventsRuntime({
      service,
      databaseUrl: database.appUrl,
      natsUrl,
      journalOf: () => runtime.journal,
    });
    runtime.startRelay();
    return new EventOwner(runtime, database);
  }

  /** Commits an event as `outbox.add` does. */
  async emit<T>(type: EventType<T>, event: { aggregateId: string; version: number; message: T }): Promise<void> {
    const payload = Buffer.from(type.encode(event.message).finish());
    await this.database.owner.query(
      'insert into kit.outbox_event (event_id, aggregate_id, version, type, payload) values ($1, $2, $3, $4, $5)',
      [uuidv7(), event.aggregateId, event.version, type.$type, payload],
    );
    outboxCommitted();
  }

  async stop(): Promise<void> {
    await this.runtime.stop();
    await this.database.drop();
  }
}
