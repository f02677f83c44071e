import { Injectable } from '@nestjs/common';
import type { CallContext, RequiredRight } from '../access/context.js';
import type { BucketDigest, TimeRange } from './digest.js';
import type { EventOf, EventType } from './event.js';
import { serviceOf } from './naming.js';

/** What a consumer does with an event; see the page at the top of events.ts. */
export type ConsumerKind = 'projection' | 'reaction' | 'stepwise';

/** Keeps a copy. Gets at most one event of an aggregate at a time, the newest of the batch, and may get it again. */
export interface ProjectionHandler<S extends readonly EventType[] = readonly EventType[]> {
  /** Applies every event that is newer than what it holds and drops the others; returns when that is durable. */
  apply(events: readonly EventOf<S>[]): Promise<void>;
  /**
   * Digests of (aggregate id, version) of what it holds from one service, by hour of the aggregate id, for aggregates
   * made within the range. `copyDigest` builds it for a table in PostgreSQL.
   */
  digest(range: TimeRange, service: string): Promise<BucketDigest[]>;
}

/** Does something once per event, in the transaction that also records the event as done. */
export interface ReactionHandler<S extends readonly EventType[] = readonly EventType[], Tx = unknown> {
  /**
   * No order is promised, and the world may have moved on: look at the present state first. Throw `PoisonError` for an
   * event that no retry can help.
   */
  handle(ctx: CallContext, event: EventOf<S>, tx: Tx): Promise<void>;
}

/** Sees every version of an aggregate, one after the other, each once. */
export type StepwiseHandler<S extends readonly EventType[] = readonly EventType[], Tx = unknown> = ReactionHandler<
  S,
  Tx
>;

interface Subscription<S> {
  /** `<consumer>--<what-it-does>`, for ever: it names the consumer on the broker and its rows in the inbox. */
  readonly durable: string;
  /** The event messages, as generated. */
  readonly subscribes: S;
}

export interface ProjectionOptions<S> extends Subscription<S> {
  /** At most this many events at once; 500 when absent. */
  readonly batchSize?: number;
  /** How long a batch that is not full may wait for more; not at all when absent. */
  readonly lingerMs?: number;
}

export interface ReactionOptions<S> extends Subscription<S> {
  /**
   * How far back it reaches. `registration`, the default: only what was published after it first ran anywhere, so that
   * a new reaction does not act upon history. `beginning`: the whole journal.
   */
  readonly since?: 'registration' | 'beginning';
  /** How many events one process handles at once; 8 when absent. */
  readonly concurrency?: number;
  /** The right of the service's own client that the handler acts by; its `ctx.rule`. Absent: it needs none. */
  readonly rule?: RequiredRight;
}

export interface StepwiseOptions<S> extends Subscription<S> {
  /** As for a reaction. */
  readonly rule?: RequiredRight;
  /** As for a reaction. Events of one aggregate never run at once. */
  readonly concurrency?: number;
}

/** One consumer as the kit runs it. */
export interface ConsumerDeclaration {
  readonly kind: ConsumerKind;
  readonly durable: string;
  readonly subscribes: readonly EventType[];
  readonly since: 'registration' | 'beginning';
  readonly concurrency: number;
  readonly batchSize: number;
  readonly lingerMs: number;
  readonly rule: RequiredRight;
}

const NO_RULE: RequiredRight = { resource: '', action: '' };

/** A declaration together with the object that handles its events. */
export type RegisteredConsumer =
  | { readonly declaration: ConsumerDeclaration & { kind: 'projection' }; readonly handler: ProjectionHandler }
  | {
      readonly declaration: ConsumerDeclaration & { kind: 'reaction' | 'stepwise' };
      readonly handler: ReactionHandler;
    };

const DECLARATION = Symbol('rapport.consumer');
const DURABLE = /^[a-z][a-z0-9]*--[a-z0-9]+(-[a-z0-9]+)*$/;

// The handler's shape is written with function-typed members here, because methods would let a class take fewer event
// types than it subscribes to. `tx: never` accepts whatever transaction type the service has.
type ClassOf<H> = new (...dependencies: never[]) => H;

/** Declares a Nest provider as a projection. */
export function Projection<const S extends readonly EventType[]>(options: ProjectionOptions<S>) {
  return (
    target: ClassOf<{
      apply: (events: readonly EventOf<S>[]) => Promise<void>;
      digest: (range: TimeRange, service: string) => Promise<BucketDigest[]>;
    }>,
  ): void => declare(target, projectionDeclaration(options));
}

/** A projection's declaration, for those that the kit makes itself. */
export function projectionDeclaration<S extends readonly EventType[]>(
  options: ProjectionOptions<S>,
): ConsumerDeclaration {
  return {
    kind: 'projection',
    durable: options.durable,
    subscribes: options.subscribes,
    since: 'beginning',
    concurrency: 1,
    batchSize: options.batchSize ?? 500,
    lingerMs: options.lingerMs ?? 0,
    rule: NO_RULE,
  };
}

/** Declares a Nest provider as a reaction. */
export function Reaction<const S extends readonly EventType[]>(options: ReactionOptions<S>) {
  return (target: ClassOf<{ handle: (ctx: CallContext, event: EventOf<S>, tx: never) => Promise<void> }>): void =>
    declare(target, {
      kind: 'reaction',
      durable: options.durable,
      subscribes: options.subscribes,
      since: options.since ?? 'registration',
      concurrency: options.concurrency ?? 8,
      batchSize: 1,
      lingerMs: 0,
      rule: options.rule ?? NO_RULE,
    });
}

/** Declares a Nest provider as a stepwise consumer; it must subscribe to every event of the aggregate. */
export function Stepwise<const S extends readonly EventType[]>(options: StepwiseOptions<S>) {
  return (target: ClassOf<{ handle: (ctx: CallContext, event: EventOf<S>, tx: never) => Promise<void> }>): void =>
    declare(target, {
      kind: 'stepwise',
      durable: options.durable,
      subscribes: options.subscribes,
      since: 'beginning',
      concurrency: options.concurrency ?? 8,
      batchSize: 1,
      lingerMs: 0,
      rule: options.rule ?? NO_RULE,
    });
}

/** The consumer that an object is, or nothing when its class declares none. */
export function consumerOf(handler: object): RegisteredConsumer | undefined {
  const declaration = Reflect.getOwnMetadata(DECLARATION, handler.constructor) as ConsumerDeclaration | undefined;
  return declaration && ({ declaration, handler } as RegisteredConsumer);
}

/** The event types of one service that a consumer subscribes to. */
export function typesFrom(declaration: ConsumerDeclaration, service: string): string[] {
  return declaration.subscribes.map(({ $type }) => $type).filter((type) => serviceOf(type) === service);
}

/** The services whose events a consumer subscribes to. */
export function servicesOf(declaration: ConsumerDeclaration): string[] {
  return [...new Set(declaration.subscribes.map(({ $type }) => serviceOf($type)))];
}

function declare(target: ClassOf<object>, declaration: ConsumerDeclaration): void {
  const { durable, subscribes } = declaration;
  if (!DURABLE.test(durable))
    throw new Error(`Consumer "${durable}": a durable is named <consumer>--<what-it-does>, in kebab case.`);
  if (subscribes.length === 0) throw new Error(`Consumer "${durable}" subscribes to nothing.`);
  for (const { $type } of subscribes) serviceOf($type); // throws for a message that is no event of Rapport
  Reflect.defineMetadata(DECLARATION, declaration, target);
  Injectable()(target);
}
