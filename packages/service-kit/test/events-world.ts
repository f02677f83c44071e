import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { Deal } from '@rapport/contracts/rapport/deals/v1/deal';
import { Grants, Masks } from '@rapport/service-kit/access';
import {
  type EventType,
  EventsRuntime,
  type EventsSettings,
  type RegisteredConsumer,
  consumerOf,
} from '@rapport/service-kit/events';
import { migrate } from '@rapport/service-kit/migrate';
import { inheritedEnvironment, testServers } from '@rapport/test-kit/config';
import { type ServiceDatabase, dropDatabase, ensureServiceDatabase } from '@rapport/test-kit/servers/databases';
import { freePort } from '@rapport/test-kit/servers/free-port';
import { type NatsServer, natsServer } from '@rapport/test-kit/servers/nats';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { Sql } from '../src/events/sql.js';
import { inTransaction } from '../src/events/sql.js';

/** Everything quick, so that a test waits for hundreds of milliseconds where production waits for minutes. */
export const QUICK: EventsSettings['tuning'] = {
  relay: { followPollMs: 50 },
  streams: { duplicateWindowMs: 100 },
  sweeper: { watchMs: 100, recentEveryMs: 300, fullEveryMs: 1_000, graceMs: 200, gapAfterMs: 200 },
};
/** A sweeper that does not look by itself, where a test shows what happens without it. */
export const NO_SWEEPS = {
  watchMs: 100,
  recentEveryMs: 3_600_000,
  fullEveryMs: 3_600_000,
  graceMs: 3_600_000,
  gapAfterMs: 3_600_000,
};

/** A service's database with the kit's tables, and the pools to look into it. */
export class TestDatabase {
  private constructor(
    readonly database: ServiceDatabase,
    readonly owner: pg.Pool,
    private readonly name: string,
    private readonly roles: string[],
  ) {}

  static async make(service: string): Promise<TestDatabase> {
    const { superuserUrl } = testServers().postgres;
    const name = `events_${service}_${uuidv7().replaceAll('-', '').slice(0, 24)}`;
    const roles = [`${name}_owner`, `${name}_app`];
    const [ownerRole = '', appRole = ''] = roles;
    const database = await ensureServiceDatabase(
      superuserUrl,
      { database: name, ownerRole, appRole },
      { owner: 'o', app: 'a' },
    );
    const owner = new pg.Pool({ connectionString: database.ownerUrl, max: 4 });
    await migrate({ ownerUrl: database.ownerUrl, appRole, directories: [] });
    await owner.query(
      'create table public.effect (id bigint generated always as identity, name text not null, aggregate_id uuid not null, version int not null)',
    );
    await owner.query('create table public.deal_copy (id uuid primary key, version int not null, name text)');
    await owner.query(`grant all on public.effect, public.deal_copy to ${pg.escapeIdentifier(appRole)}`);
    return new TestDatabase(database, owner, name, roles);
  }

  /** Stores an event the way outbox.add does, in the transaction given or in one of its own. */
  async emit<T>(
    type: EventType<T>,
    event: { aggregateId: string; version: number; message: T; eventId?: string },
    client: pg.ClientBase | pg.Pool = this.owner,
  ): Promise<string> {
    const { aggregateId, version, message, eventId = uuidv7() } = event;
    await client.query(
      'insert into kit.outbox_event (event_id, aggregate_id, version, type, payload) values ($1, $2, $3, $4, $5)',
      [eventId, aggregateId, version, type.$type, Buffer.from(type.encode(message).finish())],
    );
    return eventId;
  }

  /** Stores an event that is in the journal and never reaches the broker: as if the broker had lost it. */
  async emitSilently<T>(
    type: EventType<T>,
    event: { aggregateId: string; version: number; message: T },
  ): Promise<void> {
    await this.owner.query(
      `insert into kit.outbox_event (event_id, aggregate_id, version, type, payload, published_at, journal_seq)
       select $1, $2, $3, $4, $5, now(), coalesce(max(journal_seq), 0) + 1 from kit.outbox_event`,
      [uuidv7(), event.aggregateId, event.version, type.$type, Buffer.from(type.encode(event.message).finish())],
    );
  }

  async rows<Row extends pg.QueryResultRow = pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.owner.query<Row>(text, values)).rows;
  }

  /** What a test handler did, in order, as `name:version`. */
  async effects(aggregateId: string): Promise<string[]> {
    const rows = await this.rows<{ effect: string }>(
      `select name || ':' || version as effect from effect where aggregate_id = $1 order by id`,
      [aggregateId],
    );
    return rows.map(({ effect }) => effect);
  }

  async drop(): Promise<void> {
    await this.owner.end();
    await dropDatabase(testServers().postgres.superuserUrl, this.name, this.roles);
  }
}

/** A broker of the test's own, because tests stop it and delete its store. */
export class TestBroker {
  private constructor(
    private readonly folder: string,
    private readonly ports: { port: number; monitoringPort: number },
    private server: NatsServer,
  ) {}

  static async start(): Promise<TestBroker> {
    const folder = join(testServers().folder, `nats-${uuidv7()}`);
    mkdirSync(folder, { recursive: true });
    const ports = { port: await freePort(), monitoringPort: await freePort() };
    const broker = new TestBroker(folder, ports, serverOf(folder, ports));
    await broker.server.process.start();
    return broker;
  }

  get url(): string {
    return this.server.url;
  }

  async stop(): Promise<void> {
    await this.server.process.stop();
  }

  /** Starts it again, with or without what it had stored. */
  async restart(options: { keepStore: boolean }): Promise<void> {
    await this.stop();
    if (!options.keepStore) rmSync(this.server.storeFolder, { recursive: true, force: true });
    this.server = serverOf(this.folder, this.ports);
    await this.server.process.start();
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async client(): Promise<{ nc: NatsConnection; js: JetStreamClient; jsm: JetStreamManager }> {
    const nc = await connect({ servers: this.url });
    return { nc, js: jetstream(nc), jsm: await jetstreamManager(nc) };
  }
}

function serverOf(folder: string, ports: { port: number; monitoringPort: number }): NatsServer {
  return natsServer({
    folder,
    ...ports,
    logFile: join(folder, 'nats.log'),
    pidFolder: join(folder, 'pids'),
    env: inheritedEnvironment(),
  });
}

/** The events of one service in this process, with handlers made for the test. */
export function runtimeOf(
  service: string,
  database: TestDatabase,
  broker: TestBroker,
  options: Partial<EventsSettings> = {},
): EventsRuntime {
  const pool = new pg.Pool({ connectionString: database.database.appUrl, max: 10 });
  const runtime = new EventsRuntime({
    service,
    databaseUrl: database.database.appUrl,
    natsUrl: broker.url,
    journalOf: (other) => {
      throw new Error(`The test has no journal of ${other}.`);
    },
    environment: {
      contextFor: async (rule, traceparent) => {
        const grants = new Grants([]);
        const principal = {
          kind: 'service',
          subject: service,
          username: `svc-${service}`,
          azp: `svc-${service}`,
          branchIds: [],
          departmentPaths: [],
        } as const;
        return { principal, grants, masks: Masks.of(grants), rule, token: '', traceparent, clock: () => new Date() };
      },
      transaction: (_ctx, work) => inTransaction(pool, (sql) => work(sql, sql)),
    },
    ...options,
    tuning: { ...QUICK, ...options.tuning },
  });
  const stop = runtime.stop.bind(runtime);
  runtime.stop = async () => {
    await runtime.stopConsumers();
    await stop();
    await pool.end();
  };
  return runtime;
}

/** Handlers in the form that Nest would have found them. */
export function registered(...handlers: object[]): RegisteredConsumer[] {
  return handlers.map((handler) => {
    const consumer = consumerOf(handler);
    if (!consumer) throw new Error(`${handler.constructor.name} declares no consumer.`);
    return consumer;
  });
}

/** Records that a handler ran, in its own transaction. */
export async function effect(
  sql: unknown,
  name: string,
  event: { aggregateId: string; version: number },
): Promise<void> {
  await (sql as Sql)`insert into public.effect (name, aggregate_id, version) values (${name}, ${event.aggregateId}::uuid, ${event.version}::int)`;
}

/** A deal with this id and name and nothing else. */
export function dealOf(id: string, name = 'a deal'): Deal {
  return { ...Deal.decode(new Uint8Array()), id, displayName: name };
}

/** Waits until the probe's answer passes, and fails with the last answer. */
export async function eventually<T>(
  probe: () => Promise<T> | T,
  passes: (value: T) => boolean,
  ms = 15_000,
): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    const value = await probe();
    if (passes(value)) return value;
    if (Date.now() > end)
      throw new Error(`It did not come to pass within ${ms} ms; the last answer was ${JSON.stringify(value)}.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
