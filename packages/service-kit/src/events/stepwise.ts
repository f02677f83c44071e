import { Envelope } from '@rapport/contracts/rapport/event/v1/event';
import { currentTraceparent, logger } from '../telemetry.js';
import type { ConsumerDeclaration, ReactionHandler } from './declaration.js';
import {
  type Delivery,
  type EventProcessor,
  type HandlerEnvironment,
  type Verdict,
  DONE,
  afterFailure,
  decode,
  withinTrace,
} from './processing.js';
import type { Sql } from './sql.js';
import { type ConsumerStore, claim } from './store.js';

const log = logger('events');

type Step = 'handled' | 'seen' | 'parked';

/**
 * Hands over every version of an aggregate in turn. What comes early is parked in PostgreSQL and acknowledged, so a
 * gap holds up its own aggregate alone; the sweeper asks the owner for what is missing.
 */
export class StepwiseProcessor implements EventProcessor {
  constructor(
    private readonly declaration: ConsumerDeclaration,
    private readonly handler: ReactionHandler,
    private readonly environment: HandlerEnvironment,
    private readonly store: ConsumerStore,
  ) {}

  process(deliveries: readonly Delivery[]): Promise<Verdict[]> {
    return Promise.all(deliveries.map((delivery) => this.one(delivery)));
  }

  /** Aggregates that have waited at a gap for at least so long; not those that wait for a dead letter. */
  async waiting(forMs: number): Promise<string[]> {
    const rows = await this.store.sql<{ aggregate_id: string }>`
      select aggregate_id from kit.stepwise_parked p where consumer = ${this.declaration.durable} and not exists (
        select from kit.dead_letter d
        where d.consumer = p.consumer and d.aggregate_id = p.aggregate_id::text and d.resolved_at is null)
      group by aggregate_id having min(parked_at) <= now() - make_interval(secs => ${forMs / 1000})
      order by min(parked_at) limit 200`;
    return rows.map(({ aggregate_id }) => aggregate_id);
  }

  private async one(delivery: Delivery): Promise<Verdict> {
    try {
      const step = await this.step(delivery.envelope);
      if (step === 'handled') await this.drain(delivery.envelope.aggregateId);
      return DONE;
    } catch (error) {
      return afterFailure(this.store, this.declaration, delivery, error);
    }
  }

  private async step(envelope: Envelope): Promise<Step> {
    const { declaration, environment } = this;
    const { durable } = declaration;
    const event = decode(declaration, envelope);
    return withinTrace(declaration, envelope, async () => {
      const ctx = await environment.contextFor(declaration.rule, currentTraceparent());
      return environment.transaction(ctx, async (tx, sql): Promise<Step> => {
        const done = await lockPosition(sql, durable, event.aggregateId);
        if (event.version <= done) {
          await claim(sql, durable, envelope); // so that digests agree with the journal
          return 'seen';
        }
        if (event.version > done + 1) {
          await sql`
            insert into kit.stepwise_parked (consumer, aggregate_id, version, envelope)
            values (${durable}, ${event.aggregateId}::uuid, ${event.version}::int, ${Buffer.from(Envelope.encode(envelope).finish())})
            on conflict do nothing`;
          return 'parked';
        }
        // Given up earlier and not driven again: the aggregate stays where it is.
        if (!(await claim(sql, durable, envelope))) return 'seen';
        await this.handler.handle(ctx, event, tx);
        await sql`
          update kit.stepwise_position set version = ${event.version}::int
          where consumer = ${durable} and aggregate_id = ${event.aggregateId}::uuid`;
        return 'handled';
      });
    });
  }

  /** Hands over what was parked behind the version just done, each in its own transaction. */
  private async drain(aggregateId: string): Promise<void> {
    const { durable } = this.declaration;
    for (;;) {
      const [parked] = await this.store.sql<{ envelope: Buffer; version: number }>`
        select p.envelope, p.version from kit.stepwise_parked p
        join kit.stepwise_position s on s.consumer = p.consumer and s.aggregate_id = p.aggregate_id and p.version <= s.version + 1
        where p.consumer = ${durable} and p.aggregate_id = ${aggregateId}::uuid order by p.version limit 1`;
      if (!parked) return;
      const envelope = Envelope.decode(parked.envelope);
      try {
        await this.step(envelope);
      } catch (error) {
        const verdict = await afterFailure(this.store, this.declaration, { envelope, attempt: 1 }, error);
        // Left parked, the sweeper comes back to it.
        if (verdict.outcome === 'again') return;
        log.error(
          { event: 'stepwise.blocked', consumer: durable, aggregateId, version: parked.version },
          'An aggregate waits for a dead letter',
        );
      }
      await this.store.sql`
        delete from kit.stepwise_parked
        where consumer = ${durable} and aggregate_id = ${aggregateId}::uuid and version = ${parked.version}::int`;
    }
  }
}

/** The version done of the aggregate; locked, so that its events run one at a time in all processes. */
async function lockPosition(sql: Sql, consumer: string, aggregateId: string): Promise<number> {
  await sql`
    insert into kit.stepwise_position (consumer, aggregate_id, version) values (${consumer}, ${aggregateId}::uuid, 0)
    on conflict do nothing`;
  const [row] = await sql<{ version: number }>`
    select version from kit.stepwise_position where consumer = ${consumer} and aggregate_id = ${aggregateId}::uuid for update`;
  return row?.version ?? 0;
}
