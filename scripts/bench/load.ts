// Closed-loop load in a process of its own, so that its processor time can be told apart: each connection sends the next
// request when it has the answer to the last. Plain sockets, because an HTTP client would cost as much as the gateway.
import { connect, type Socket } from 'node:net';

export interface LoadOrder {
  port: number;
  token: string;
  /** Taken in turn. */
  paths: string[];
  connections: number;
  milliseconds: number;
  /** Ends earlier, after so many answers. */
  answers?: number;
}

export interface LoadResult {
  answers: number;
  /** Answers of another status than 200; the first one is told. */
  failures: number;
  firstFailure: string;
  seconds: number;
  p50: number;
  p99: number;
}

const HEAD_END = Buffer.from('\r\n\r\n');

class Run {
  private readonly order: LoadOrder;
  private readonly latencies: number[] = [];
  private failures = 0;
  private firstFailure = '';
  private next = 0;
  private until = 0;

  constructor(order: LoadOrder) {
    this.order = order;
  }

  async run(): Promise<LoadResult> {
    const began = performance.now();
    this.until = began + this.order.milliseconds;
    await Promise.all(Array.from({ length: this.order.connections }, () => this.connection()));
    const seconds = (performance.now() - began) / 1000;
    const sorted = this.latencies.sort((a, b) => a - b);
    const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0;
    const { failures, firstFailure } = this;
    return { answers: sorted.length, failures, firstFailure, seconds, p50: at(0.5), p99: at(0.99) };
  }

  private connection(): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port: this.order.port, host: '127.0.0.1', noDelay: true });
      let held: Buffer = Buffer.alloc(0);
      let sentAt = 0;
      const send = (): void => {
        if (performance.now() >= this.until || this.latencies.length >= (this.order.answers ?? Infinity)) {
          socket.end();
          return resolve();
        }
        sentAt = performance.now();
        this.request(socket);
      };
      socket.on('connect', send);
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('The server closed a connection.')));
      socket.on('data', (chunk) => {
        held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
        const headEnd = held.indexOf(HEAD_END);
        if (headEnd < 0) return;
        const head = held.toString('latin1', 0, headEnd);
        const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN);
        if (Number.isNaN(length)) return reject(new Error(`An answer without a length:\n${head}`));
        if (held.length < headEnd + 4 + length) return;
        if (!head.startsWith('HTTP/1.1 200')) {
          this.failures += 1;
          this.firstFailure ||= held.toString();
        }
        held = held.subarray(headEnd + 4 + length);
        this.latencies.push(performance.now() - sentAt);
        send();
      });
    });
  }

  private request(socket: Socket): void {
    const { paths, port, token } = this.order;
    const path = paths[this.next++ % paths.length] ?? '/';
    socket.write(
      `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nauthorization: Bearer ${token}\r\naccept: application/json\r\n\r\n`,
    );
  }
}

process.on('message', (order: LoadOrder) => {
  new Run(order).run().then(
    (result) => process.send?.(result),
    (error: Error) => process.send?.({ error: error.message }),
  );
});
