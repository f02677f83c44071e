import { DeliverPolicy, type JsMsg } from '@nats-io/jetstream';
import { Inject, Injectable } from '@nestjs/common';
import type { Masks } from '@rapport/service-kit/access';
import { contracts } from '@rapport/service-kit/contracts';
import { Broker, filterSubject, streamName } from '@rapport/service-kit/events';
import { Lifecycle, LIFECYCLE_ORDER } from '@rapport/service-kit/lifecycle';
import { logger } from '@rapport/service-kit/telemetry';
import { Callers } from '../callers/callers.service.js';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config.js';
import { type MessageWriter, compileWriter } from '../transcoder/json-writer.js';
import { readGate, resourceOf } from '../transcoder/message-fields.js';
import { DepartmentTree } from './department-tree.js';
import { type ResourceEvent, factsOf, resourceEvents, rowOf, textOf } from './resource-events.js';
import { maySee } from './row-scope.js';
import type { Subscriber } from './subscriber.js';

const BEAT_MS = 15_000;
/** As often as the exchange itself asks: a right that was taken away ends the stream within a minute. */
const IDENTIFY_MS = 30_000;
/** Keycloak away: rights serve to the maximum age of an exchanged token, as everywhere. */
const MAX_UNIDENTIFIED_MS = 300_000;
const RETRY_MS = 2_000;

const log = logger('notifications');

/**
 * Tells those who are connected what has changed, each what he may read. One
 * ordered consumer per stream and process reads JetStream from now on; it is
 * the road's end, not a projection: what happens while nobody listens, or the
 * broker is away, is not told later.
 */
@Injectable()
export class Notifications {
  private readonly broker: Broker;
  private readonly events = resourceEvents();
  private readonly tree = new DepartmentTree();
  private readonly subscribers = new Set<Subscriber>();
  private readonly writers = new WeakMap<Masks, Map<string, MessageWriter>>();
  private timers: NodeJS.Timeout[] = [];

  constructor(
    @Inject(GATEWAY_CONFIG) config: GatewayConfig,
    private readonly callers: Callers,
    lifecycle: Lifecycle,
  ) {
    this.broker = new Broker(config.NATS_URL, 'gateway');
    lifecycle.add({
      name: 'notifications',
      order: LIFECYCLE_ORDER.CONSUMERS,
      start: () => this.start(),
      stop: () => this.stop(),
    });
  }

  get size(): number {
    return this.subscribers.size;
  }

  countOf(subject: string): number {
    return [...this.subscribers].filter(({ caller }) => caller.principal.subject === subject).length;
  }

  add(subscriber: Subscriber): void {
    this.learnFrom(subscriber);
    this.subscribers.add(subscriber);
  }

  remove(subscriber: Subscriber): void {
    this.subscribers.delete(subscriber);
  }

  private async start(): Promise<void> {
    this.broker.start();
    const services = new Set([...this.events.values()].map(({ service }) => service));
    for (const service of services) void this.follow(streamName(service), {}, (message) => this.tell(message));
    const departments = [...this.events.values()].filter(({ resource }) => resource.name === 'contacts.department');
    const subjects = departments.map(({ type }) => filterSubject(type));
    // The tree needs what happened before, of each department the last of every kind.
    void this.follow(
      streamName('contacts'),
      { filter_subjects: subjects, deliver_policy: DeliverPolicy.LastPerSubject },
      (message) => this.learn(message),
    );
    const every = (ms: number, what: () => void): NodeJS.Timeout => setInterval(what, ms).unref();
    this.timers = [every(BEAT_MS, () => this.beat()), every(IDENTIFY_MS, () => void this.identifyAll())];
  }

  private async stop(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    for (const subscriber of this.subscribers) subscriber.end('RESTART');
    this.subscribers.clear();
    await this.broker.close();
  }

  /** Reads a stream for as long as the process lives; a stream that is not there yet, or was lost, is tried again. */
  private async follow(
    stream: string,
    options: { filter_subjects?: string[]; deliver_policy?: DeliverPolicy },
    handle: (message: JsMsg) => void,
  ): Promise<void> {
    while (!this.broker.isClosing) {
      try {
        const { js } = await this.broker.jetstream();
        const consumer = await js.consumers.get(stream, { deliver_policy: DeliverPolicy.New, ...options });
        for await (const message of await consumer.consume()) handle(message);
      } catch (err) {
        if (!this.broker.isClosing) log.debug({ event: 'notifications.retry', stream, err });
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref());
    }
  }

  private tell(message: JsMsg): void {
    const event = this.events.get(message.headers?.get('rapport-type') ?? '');
    if (event === undefined || this.subscribers.size === 0) return;
    try {
      this.fanOut(event, message);
    } catch (err) {
      log.warn({ event: 'notifications.undecodable', type: event.type, err });
    }
  }

  private fanOut(event: ResourceEvent, message: JsMsg): void {
    const { resource } = event;
    const row = rowOf(message.data, event.field);
    const facts = factsOf(row, resource);
    const id = message.headers?.get('rapport-aggregate-id') ?? '';
    const version = Number(message.headers?.get('rapport-version'));
    const head = JSON.stringify({ type: event.type, id, version }).slice(0, -1);
    // One text for all who have the same rights.
    const texts = new Map<Masks, string>();
    for (const subscriber of this.subscribers) {
      const { caller } = subscriber;
      if (!maySee(resource, facts, caller, this.tree)) continue;
      let text = texts.get(caller.masks);
      if (text === undefined) {
        text = `${head},"resource":${this.writer(event, caller.masks)(row)}}`;
        texts.set(caller.masks, text);
      }
      subscriber.send(resource.name, text);
    }
  }

  private writer({ resource }: ResourceEvent, masks: Masks): MessageWriter {
    let writers = this.writers.get(masks);
    if (writers === undefined) this.writers.set(masks, (writers = new Map()));
    let writer = writers.get(resource.name);
    if (writer === undefined) {
      const readable = readGate(masks);
      writer = compileWriter(resource.desc, resource.name, {
        // Fields of a group leave by a read alone: that is written down before its answer leaves, a stream is not.
        gate: (field, name) => contracts.fieldRule(field).group === '' && readable(field, name),
        registry: contracts.registry,
        resourceOf,
      });
      writers.set(resource.name, writer);
    }
    return writer;
  }

  private learn(message: JsMsg): void {
    const event = this.events.get(message.headers?.get('rapport-type') ?? '');
    if (event === undefined) return;
    const row = rowOf(message.data, event.field);
    const id = textOf(row, event.resource, 'id');
    this.tree.learn(id, textOf(row, event.resource, 'parent_id'), Number(message.headers?.get('rapport-version')));
  }

  private learnFrom({ caller }: Subscriber): void {
    for (const path of caller.principal.departmentPaths) this.tree.learnPath(path);
  }

  private beat(): void {
    for (const subscriber of this.subscribers) subscriber.beat();
  }

  private async identifyAll(): Promise<void> {
    for (const subscriber of [...this.subscribers]) await this.identify(subscriber);
  }

  /** Whoever has lost his login or all his rights is told so and cut off; changed rights count from now on. */
  private async identify(subscriber: Subscriber): Promise<void> {
    try {
      const caller = await this.callers.again(subscriber.caller, subscriber.bearer);
      if (caller === undefined) return subscriber.end('LOGIN_ENDED');
      subscriber.caller = caller;
      subscriber.identifiedAt = Date.now();
      if (!this.readsAnything(subscriber)) subscriber.end('RIGHTS_ENDED');
    } catch (err) {
      log.debug({ event: 'notifications.identify_failed', err });
      if (Date.now() - subscriber.identifiedAt > MAX_UNIDENTIFIED_MS) subscriber.end('RIGHTS_UNKNOWN');
    }
  }

  readsAnything({ caller }: Pick<Subscriber, 'caller'>): boolean {
    return contracts.resources().some(({ name }) => caller.grants.may(name, 'read'));
  }
}
