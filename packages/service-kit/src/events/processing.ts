import type { Envelope } from '@rapport/contracts/rapport/event/v1/event';
import type { CallContext, RequiredRight } from '../access/context.js';
import { ATTRIBUTES, currentTraceparent, logger, runWithTraceparent, withSpan } from '../telemetry.js';
import type { ConsumerDeclaration, ProjectionHandler, ReactionHandler } from './declaration.js';
import type { EventType, ReceivedEvent } from './event.js';
import { PoisonError, failureKind } from './failure.js';
import type { Sql } from './sql.js';
import { type ConsumerStore, claim } from './store.js';

/** One event on its way into a handler, from the broker or from the owner's journal. */
export interface Delivery {
  readonly envelope: Envelope;
  /** From 1; how often it was handed over, this time included. */
  readonly attempt: number;
}

/** What became of a delivery. */
export type Verdict =
  /** The effect is there, or was there before. */
  | { readonly outcome: 'done' }
  /** In the dead letters. */
  | { readonly outcome: 'buried'; readonly error: unknown }
  /** To be handed over again; `transient` when the fault is not the event's. */
  | { readonly outcome: 'again'; readonly error: unknown; readonly transient: boolean };

/** The one way into a handler, whichever road the event came. */
export interface EventProcessor {
  /** One verdict per delivery, in their order. Never throws. */
  process(deliveries: readonly Delivery[]): Promise<Verdict[]>;
}

/**
 * One transaction of the service's data handle, for a handler that acts by `ctx`; `sql` runs the kit's own statements
 * inside it. The data sub-path provides it; a service of projections alone needs none.
 */
export abstract class HandlerTransactions<Tx = unknown> {
  abstract transaction<R>(ctx: CallContext, work: (tx: Tx, sql: Sql) => Promise<R>): Promise<R>;
}

/** What a handler runs in: the service acting as itself, on behalf of nobody, and its transactions. */
export interface HandlerEnvironment extends HandlerTransactions {
  contextFor(rule: RequiredRight, traceparent: string): Promise<CallContext>;
}

export const DONE: Verdict = { outcome: 'done' };
interface Failure {
  readonly error: unknown;
}

const log = logger('events');
/** At this attempt an error of unknown kind counts as the event's own fault. */
export const LAST_ATTEMPT = 8;

/** Decodes the payload by the subscribed type; what cannot be read is poison. */
export function decode(declaration: ConsumerDeclaration, envelope: Envelope): ReceivedEvent {
  const type: EventType | undefined = declaration.subscribes.find(({ $type }) => $type === envelope.type);
  if (!type) throw new PoisonError(`"${envelope.type}" is not a type that ${declaration.durable} subscribes to.`);
  if (envelope.aggregateId === '' || envelope.version < 1n || !envelope.occurTime) {
    throw new PoisonError('The event names no aggregate, no version or no time.');
  }
  let message: unknown;
  try {
    message = type.decode(envelope.payload);
  } catch (error) {
    throw new PoisonError('The payload is not what its type says.', { cause: error });
  }
  return {
    type: envelope.type,
    message,
    eventId: envelope.eventId,
    aggregateId: envelope.aggregateId,
    version: Number(envelope.version),
    occurTime: envelope.occurTime,
    actor: envelope.actor,
    branchId: envelope.branchId,
    traceparent: envelope.traceparent,
  };
}

/** Runs the work as a step of the trace that the event belongs to. */
export function withinTrace<R>(
  declaration: ConsumerDeclaration,
  envelope: Envelope,
  work: () => Promise<R>,
): Promise<R> {
  return runWithTraceparent(envelope.traceparent, () =>
    withSpan(
      `process ${declaration.durable}`,
      {
        [ATTRIBUTES.messagingSystem]: 'nats',
        [ATTRIBUTES.messagingOperation]: 'process',
        [ATTRIBUTES.messagingConsumer]: declaration.durable,
        [ATTRIBUTES.messagingMessageId]: envelope.eventId,
        [ATTRIBUTES.eventType]: envelope.type,
        [ATTRIBUTES.aggregateId]: envelope.aggregateId,
        [ATTRIBUTES.aggregateVersion]: Number(envelope.version),
      },
      work,
      'consumer',
    ),
  );
}

/** Decides what a failed delivery comes to, and buries it when its time has come. */
export async function afterFailure(
  store: ConsumerStore,
  declaration: ConsumerDeclaration,
  { envelope, attempt }: Delivery,
  error: unknown,
): Promise<Verdict> {
  const kind = failureKind(error);
  const facts = {
    consumer: declaration.durable,
    eventId: envelope.eventId,
    eventType: envelope.type,
    attempt,
    err: error,
  };
  if (kind === 'transient' || (kind === 'unknown' && attempt < LAST_ATTEMPT)) {
    log.warn({ event: 'event.retry', ...facts }, 'An event could not be handled and will be tried again');
    return { outcome: 'again', error, transient: kind === 'transient' };
  }
  try {
    await store.bury(declaration.durable, envelope, error, attempt);
  } catch (failed) {
    log.error({ event: 'event.bury-failed', ...facts, err: failed }, 'A dead letter could not be written');
    return { outcome: 'again', error: failed, transient: true };
  }
  log.error({ event: 'event.dead-letter', ...facts }, 'An event was put into the dead letters');
  return { outcome: 'buried', error };
}

/** Does each event once: the inbox row and the effect commit together. */
export class ReactionProcessor implements EventProcessor {
  constructor(
    private readonly declaration: ConsumerDeclaration,
    private readonly handler: ReactionHandler,
    private readonly environment: HandlerEnvironment,
    private readonly store: ConsumerStore,
  ) {}

  process(deliveries: readonly Delivery[]): Promise<Verdict[]> {
    return Promise.all(deliveries.map((delivery) => this.one(delivery)));
  }

  private async one(delivery: Delivery): Promise<Verdict> {
    const { declaration, environment } = this;
    const { envelope } = delivery;
    try {
      const event = decode(declaration, envelope);
      await withinTrace(declaration, envelope, async () => {
        const ctx = await environment.contextFor(declaration.rule, currentTraceparent());
        await environment.transaction(ctx, async (tx, sql) => {
          if (await claim(sql, declaration.durable, envelope)) await this.handler.handle(ctx, event, tx);
        });
      });
      return DONE;
    } catch (error) {
      return afterFailure(this.store, declaration, delivery, error);
    }
  }
}

/** Hands a projection the newest event of each aggregate; repeating is harmless, so nothing is recorded. */
export class ProjectionProcessor implements EventProcessor {
  constructor(
    private readonly declaration: ConsumerDeclaration,
    private readonly handler: ProjectionHandler,
    private readonly store: ConsumerStore,
  ) {}

  async process(deliveries: readonly Delivery[]): Promise<Verdict[]> {
    const decoded = deliveries.map((delivery) => {
      try {
        return { delivery, event: decode(this.declaration, delivery.envelope) };
      } catch (error) {
        return { delivery, error };
      }
    });
    const sound = decoded.flatMap(({ delivery, event }) => (event ? [{ delivery, event }] : []));
    const failure = await this.apply(sound);
    const verdicts: Verdict[] = [];
    for (const { delivery, event, error } of decoded) {
      verdicts.push(
        event ? await this.verdict(delivery, event, failure, sound.length) : await this.failed(delivery, error),
      );
    }
    return verdicts;
  }

  private async verdict(
    delivery: Delivery,
    event: ReceivedEvent,
    failure: Failure | undefined,
    batch: number,
  ): Promise<Verdict> {
    if (!failure) return DONE;
    // A batch that fails does not say by which event, so each is tried alone; a fault of the surroundings would fail
    // them all the same way.
    if (batch === 1 || failureKind(failure.error) === 'transient') return this.failed(delivery, failure.error);
    const own = await this.apply([{ delivery, event }]);
    return own ? this.failed(delivery, own.error) : DONE;
  }

  private failed(delivery: Delivery, error: unknown): Promise<Verdict> {
    return afterFailure(this.store, this.declaration, delivery, error);
  }

  private async apply(entries: readonly { delivery: Delivery; event: ReceivedEvent }[]): Promise<Failure | undefined> {
    if (entries.length === 0) return undefined;
    const newest = new Map<string, ReceivedEvent>();
    for (const { event } of entries) {
      const known = newest.get(event.aggregateId);
      if (!known || known.version < event.version) newest.set(event.aggregateId, event);
    }
    try {
      const applied = this.handler.apply([...newest.values()]);
      // The batch is a step of every trace that has an event in it.
      await Promise.all(entries.map(({ delivery }) => withinTrace(this.declaration, delivery.envelope, () => applied)));
      return undefined;
    } catch (error) {
      return { error };
    }
  }
}
