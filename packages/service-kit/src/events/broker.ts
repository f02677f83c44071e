import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { logger } from '../telemetry.js';

const log = logger('events');

/**
 * The connection to NATS. It is made in the background and for ever again: a service lives and serves without its
 * broker, only its events wait.
 */
export class Broker {
  private connection: NatsConnection | undefined;
  private connected = false;
  private closing = false;
  private readonly ready = Promise.withResolvers<NatsConnection>();
  private readonly reconnected: (() => void)[] = [];
  private readonly losses = new Set<() => void>();

  constructor(
    private readonly url: string,
    private readonly name: string,
  ) {
    this.ready.promise.catch(() => undefined); // whoever asks for the connection gets the error
  }

  /** Begins to connect. */
  start(): void {
    void this.connect().then(this.ready.resolve, this.ready.reject);
  }

  /** Resolves once the broker was reached for the first time. */
  async jetstream(): Promise<{ js: JetStreamClient; jsm: JetStreamManager; nc: NatsConnection }> {
    const nc = await this.ready.promise;
    // No check of the account: it would fail while JetStream is still recovering its store.
    return { nc, js: jetstream(nc), jsm: await jetstreamManager(nc, { checkAPI: false, timeout: 3_000 }) };
  }

  /** False while the broker cannot be reached. */
  get isConnected(): boolean {
    return this.connected;
  }

  /** A promise that resolves when the connection is lost next: what was asked for then may never be answered. */
  nextLoss(): { readonly promise: Promise<void>; readonly forget: () => void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.losses.add(resolve);
    return { promise, forget: () => this.losses.delete(resolve) };
  }

  get isClosing(): boolean {
    return this.closing;
  }

  /** Called after every lost and regained connection: the broker that is back may have lost its store. */
  onReconnect(listener: () => void): void {
    this.reconnected.push(listener);
  }

  /** Sends what is buffered and leaves. */
  async close(): Promise<void> {
    this.closing = true;
    this.ready.reject(new Error('The connection to the broker is closed.'));
    const { connection } = this;
    if (!connection || connection.isClosed()) return;
    // A drain waits for the broker, which may be away.
    await Promise.race([
      connection.drain().catch(() => undefined),
      new Promise((resolve) => setTimeout(resolve, 2_000).unref()),
    ]);
    if (!connection.isClosed()) await connection.close();
  }

  private async connect(): Promise<NatsConnection> {
    for (;;) {
      try {
        const nc = await connect({
          ...serversOf(this.url),
          name: this.name,
          maxReconnectAttempts: -1,
          reconnectTimeWait: 250,
          reconnectJitter: 500,
          timeout: 5_000,
          // A peer that vanished without a word is noticed within 15 seconds.
          pingInterval: 5_000,
          maxPingOut: 2,
        });
        this.connection = nc;
        if (this.closing) await nc.close();
        this.connected = true;
        void this.watch(nc);
        return nc;
      } catch (error) {
        if (this.closing) throw error;
        log.warn({ event: 'broker.unreachable', err: error }, 'The broker cannot be reached; trying again');
        await new Promise((resolve) => setTimeout(resolve, 500 + Math.random() * 1_000).unref());
      }
    }
  }

  private async watch(nc: NatsConnection): Promise<void> {
    for await (const status of nc.status()) {
      if (status.type === 'disconnect') {
        this.disconnected();
        log.warn({ event: 'broker.disconnected' }, 'The connection to the broker is lost');
      }
      if (status.type === 'reconnect') {
        this.connected = true;
        log.info({ event: 'broker.reconnected' }, 'The broker is back');
        for (const listener of this.reconnected) listener();
      }
    }
    this.disconnected();
  }

  private disconnected(): void {
    this.connected = false;
    for (const tell of this.losses) tell();
    this.losses.clear();
  }
}

/** The address, and the account where the address names one: the client reads no account out of it by itself. */
function serversOf(address: string): { servers: string; user?: string; pass?: string } {
  const url = new URL(address);
  const account =
    url.username === '' ? {} : { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) };
  return { servers: `${url.protocol}//${url.host}`, ...account };
}
