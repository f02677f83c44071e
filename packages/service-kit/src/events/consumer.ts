import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { ConsumerMessages, JsMsg } from '@nats-io/jetstream';
import { logger } from '../telemetry.js';
import { fullJitter } from './backoff.js';
import type { Broker } from './broker.js';
import type { ConsumerDeclaration } from './declaration.js';
import { envelopeOf } from './event.js';
import { streamName } from './naming.js';
import type { Delivery, EventProcessor, Verdict } from './processing.js';
import type { ConsumerStore } from './store.js';
import { type ConsumerTuning, ensureConsumer } from './stream.js';

const log = logger('events');

const RETRY = { baseMs: 250, capMs: 30_000 };
const REJOIN = { baseMs: 200, capMs: 5_000 };
/** A handler that is still busy after this has hung; others may have its event. */
const LONGEST_HANDLING_MS = 10 * 60_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

interface Held {
  readonly message: JsMsg;
  readonly since: number;
}

/**
 * One declared consumer on one stream: pulls, hands over, and tells the broker what became of it. Makes its durable
 * consumer again when the broker has lost it.
 */
export class StreamConsumer {
  private readonly leaving = new AbortController();
  private running: Promise<void> | undefined;
  private messages: ConsumerMessages | undefined;
  private readonly queue: Held[] = [];
  /** Everything that the broker waits for an answer about, queued or in a handler. */
  private readonly inHand = new Set<Held>();
  private readonly busy = new Set<Promise<void>>();
  private troubles = 0;
  private pausedUntil = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly broker: Broker,
    readonly service: string,
    readonly declaration: ConsumerDeclaration,
    private readonly processor: EventProcessor,
    private readonly store: ConsumerStore,
    private readonly tuning: ConsumerTuning,
  ) {}

  /** Remembers since when this consumer exists. */
  register(): Promise<Date> {
    return this.store.register(this.declaration.durable, streamName(this.service));
  }

  start(): void {
    this.running ??= this.run();
  }

  private get stopped(): boolean {
    return this.leaving.signal.aborted;
  }

  /** Stops pulling, gives back what no handler has begun, waits for those that have. */
  async stop(): Promise<void> {
    this.leaving.abort();
    clearTimeout(this.timer);
    this.messages?.stop();
    for (const held of this.queue.splice(0)) {
      this.inHand.delete(held);
      held.message.nak();
    }
    await Promise.all(this.busy);
    await this.running;
  }

  /** Asks the broker anew for the consumer: after a reconnect it may not have it any more. */
  rejoin(): void {
    this.messages?.stop();
  }

  private async run(): Promise<void> {
    const heartbeat = setInterval(() => this.keepLeases(), this.tuning.ackWaitMs / 3);
    let attempt = 0;
    while (!this.stopped) {
      if (!this.broker.isConnected) {
        await this.wait(100);
        continue;
      }
      try {
        await this.pull(() => (attempt = 0));
      } catch (error) {
        attempt += 1;
        const facts = {
          event: 'consumer.not-attached',
          consumer: this.declaration.durable,
          stream: streamName(this.service),
          attempt,
          err: error,
        };
        // That the owner has not made its stream yet is normal for a while after the first start.
        log[attempt % 20 === 10 ? 'warn' : 'debug'](facts, 'The consumer has no stream');
        await this.wait(fullJitter(attempt, REJOIN) + 50);
      }
    }
    clearInterval(heartbeat);
  }

  /** Waits, but not beyond the wish to stop. */
  private async wait(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.leaving.signal }).catch(() => undefined);
  }

  private async pull(attached: () => void): Promise<void> {
    const { declaration, service } = this;
    const stream = streamName(service);
    const registeredAt = await this.register();
    const { js, jsm } = await this.broker.jetstream();
    await ensureConsumer(jsm, service, declaration, registeredAt, this.tuning);
    const consumer = await js.consumers.get(stream, declaration.durable);
    const messages = await consumer.consume({
      max_messages: Math.max(declaration.batchSize, declaration.concurrency * 2),
      // Two missed heartbeats, half of this each, tell of a consumer that is gone.
      expires: 10_000,
      abort_on_missing_resource: true,
      callback: (message) => this.take(message),
    });
    this.messages = messages;
    if (this.stopped) messages.stop();
    attached();
    const error = await messages.closed();
    this.messages = undefined;
    if (error) throw error;
  }

  private take(message: JsMsg): void {
    if (this.stopped) return message.nak();
    const held = { message, since: Date.now() };
    this.queue.push(held);
    this.inHand.add(held);
    this.pump();
  }

  private pump(): void {
    const { concurrency, batchSize, lingerMs } = this.declaration;
    while (!this.stopped && this.queue.length > 0 && this.busy.size < concurrency) {
      const first = this.queue[0];
      const due = Math.max(this.pausedUntil, this.queue.length < batchSize && first ? first.since + lingerMs : 0);
      const wait = due - Date.now();
      if (wait > 0) {
        this.timer ??= setTimeout(() => {
          this.timer = undefined;
          this.pump();
        }, wait);
        return;
      }
      const work: Promise<void> = this.handle(this.queue.splice(0, batchSize)).finally(() => {
        this.busy.delete(work);
        this.pump();
      });
      this.busy.add(work);
    }
  }

  private async handle(batch: readonly Held[]): Promise<void> {
    const deliveries = batch.map(({ message }) => deliveryOf(message));
    const verdicts = await this.processor.process(deliveries);
    let troubled = false;
    batch.forEach((held, index) => {
      const verdict = verdicts[index];
      this.answer(held.message, deliveries[index]?.attempt ?? 1, verdict);
      this.inHand.delete(held);
      troubled ||= verdict?.outcome === 'again' && verdict.transient;
    });
    // When the surroundings are at fault the next event would fare no better: slow down instead of burning its tries.
    this.troubles = troubled ? this.troubles + 1 : 0;
    if (troubled) this.pausedUntil = Date.now() + fullJitter(this.troubles, REJOIN);
  }

  private answer(message: JsMsg, attempt: number, verdict: Verdict | undefined): void {
    switch (verdict?.outcome) {
      case 'done':
        return message.ack();
      case 'buried':
        return message.term('dead letter');
      default:
        return message.nak(fullJitter(attempt, RETRY));
    }
  }

  private keepLeases(): void {
    const now = Date.now();
    for (const { message, since } of this.inHand) if (now - since < LONGEST_HANDLING_MS) message.working();
  }
}

function deliveryOf(message: JsMsg): Delivery {
  const envelope = envelopeOf(message);
  const { stream, streamSequence, deliveryCount } = message.info;
  // What nobody of ours published has no id. It needs one to be put into the dead letters, the same one every time.
  if (!UUID.test(envelope.eventId)) {
    const digest = createHash('sha256').update(`${stream}:${streamSequence}`).digest('hex');
    envelope.eventId = `${digest.slice(0, 8)}-${digest.slice(8, 12)}-8${digest.slice(13, 16)}-8${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
  }
  return { envelope, attempt: deliveryCount };
}
