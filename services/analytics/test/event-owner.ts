import { type EventType, EventsRuntime, outboxCommitted } from '@rapport/service-kit/events';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { makeDatabase } from './analytics-database.js';

/** A service that tells its facts: its outbox and its relay, as the kit runs them in the service itself. */
export class EventOwner {
  private constructor(
    private readonly runtime: EventsRuntime,
    private readonly outbox: pg.Pool,
    private readonly dropDatabase: () => Promise<void>,
  ) {}

  static async start(service: string, natsUrl: string): Promise<EventOwner> {
    const { drop, appUrl } = await makeDatabase(service, []);
    const runtime: EventsRuntime = new EventsRuntime({
      service,
      databaseUrl: appUrl,
      natsUrl,
      journalOf: () => runtime.journal,
    });
    runtime.startRelay();
    return new EventOwner(runtime, new pg.Pool({ connectionString: appUrl, max: 2 }), drop);
  }

  /** Commits an event as `outbox.add` does. */
  async emit<T>(type: EventType<T>, event: { aggregateId: string; version: number; message: T }): Promise<void> {
    await this.outbox.query(
      'insert into kit.outbox_event (event_id, aggregate_id, version, type, payload) values ($1, $2, $3, $4, $5)',
      [uuidv7(), event.aggregateId, event.version, type.$type, Buffer.from(type.encode(event.message).finish())],
    );
    outboxCommitted();
  }

  async stop(): Promise<void> {
    await this.runtime.stop();
    await this.outbox.end();
    await this.dropDatabase();
  }
}
