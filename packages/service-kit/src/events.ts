/**
 * # events: what one service tells the others, once and never lost
 *
 * A change and its event commit together (`outbox.add` of the data sub-path);
 * the relay brings the event to JetStream; consumers take it from there. The
 * broker is the road, not the archive: the archive is the journal of the
 * service that made the event, and a sweeper compares the two for ever.
 *
 * A service declares a consumer by a Nest provider in `<what>.consumer.ts`:
 *
 *     @Reaction({ durable: 'billing--invoice-on-deal-won', subscribes: [DealWon],
 *                 rule: { resource: 'billing.invoice', action: 'create' } })
 *     export class InvoiceOnDealWon {
 *       constructor(private readonly invoices: InvoicesService) {}
 *       async handle(ctx: CallContext, event: EventOf<[typeof DealWon]>, tx: Tx): Promise<void> {
 *         await this.invoices.draftFor(ctx, tx, event.message.deal);
 *       }
 *     }
 *
 * Nothing else registers it: `EventsModule` finds it by its decorator.
 *
 * The three kinds
 * - Projection: keeps a copy. Gets batches with at most one event of an
 *   aggregate, the newest, and may get any of them again: it applies what is
 *   newer than what it holds. It answers `digest` with what it holds.
 * - Reaction: does something once per event. Its inbox row commits with its
 *   effect. No order is promised and the world may have moved on: look at the
 *   present state first. It does not see what was imported as history unless
 *   it subscribes to `<Noun>Imported`, nor what happened before it first ran,
 *   unless it says `since: 'beginning'`.
 * - Stepwise: sees every version of an aggregate in turn, each once. It alone
 *   waits at a gap, and only for the aggregate that has one. It subscribes to
 *   all events of the aggregate.
 *
 * What this sub-path promises
 * - An event that was committed takes effect once in every consumer: whatever
 *   is repeated by crashes, restarts or a second relay is absorbed; whatever
 *   the broker lost, its whole store included, is replayed from the journal
 *   without a human (I2, I6).
 * - What cannot be decoded, or what a handler refuses (`PoisonError`, or an
 *   AppError that says the request is wrong), goes to kit.dead_letter at the
 *   first try and the stream moves on. What the surroundings cause is tried
 *   again with jitter as long as it takes, anything else eight times.
 * - Handlers run within the trace of the call that caused the event, and as
 *   the service itself, never as the person who caused it.
 * - A service starts, serves and stays alive without its broker.
 */
export { Broker } from './events/broker.js';
export { type BucketDigest, type TimeRange, differingHours, digestOf, leastIdAt, timeOfId } from './events/digest.js';
export { type DeadLetter, DeadLetters } from './events/dead-letters.js';
export {
  type ConsumerDeclaration,
  Projection,
  type ProjectionHandler,
  type ProjectionOptions,
  Reaction,
  type ReactionHandler,
  type ReactionOptions,
  type RegisteredConsumer,
  Stepwise,
  type StepwiseHandler,
  type StepwiseOptions,
  consumerOf,
} from './events/declaration.js';
export type { EventOf, EventType, ReceivedEvent } from './events/event.js';
export { EventsModule } from './events/events.module.js';
export { EventsRuntime, type EventsSettings, type EventsTuning } from './events/events-runtime.js';
export { PoisonError } from './events/failure.js';
export { EventJournal, type Journal, REPLAY_ALL } from './events/journal.js';
export { type CopyRow, LocalCopies } from './events/local-copies.js';
export { eventName, eventSubject, filterSubject, streamName } from './events/naming.js';
export { outboxCommitted } from './events/outbox-signal.js';
export { HandlerTransactions } from './events/processing.js';
export type { Sql } from './events/sql.js';
