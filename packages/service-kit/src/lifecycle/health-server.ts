import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Readiness = 'starting' | 'ready' | 'stopping';

const BEAT_MS = 500;
/** A process whose event loop stood still so long cannot be serving anybody. */
const MAX_LAG_MS = 10_000;

/**
 * What the kubelet and the launcher ask, over plain HTTP and without a token.
 * `/livez` never asks a dependency: restarting this process would not mend
 * one. `/readyz` says whether it takes work.
 */
export class HealthServer {
  private readiness: Readiness = 'starting';
  private lagMs = 0;
  private lastBeat = performance.now();
  private readonly beat: NodeJS.Timeout;
  private readonly server = createServer((request, response) => this.answer(request.url ?? '', response));

  constructor() {
    this.beat = setInterval(() => {
      const now = performance.now();
      this.lagMs = Math.max(0, now - this.lastBeat - BEAT_MS);
      this.lastBeat = now;
    }, BEAT_MS).unref();
  }

  /** Answers the port taken. */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, () => resolve((this.server.address() as AddressInfo).port));
    });
  }

  set(readiness: Readiness): void {
    this.readiness = readiness;
  }

  async close(): Promise<void> {
    clearInterval(this.beat);
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }

  private answer(url: string, response: ServerResponse): void {
    const eventLoopLagMs = Math.round(this.lagMs);
    if (url === '/livez') return send(response, this.lagMs < MAX_LAG_MS, { status: 'alive', eventLoopLagMs });
    if (url === '/readyz') return send(response, this.readiness === 'ready', { status: this.readiness });
    response.writeHead(404).end();
  }
}

function send(response: ServerResponse, good: boolean, body: object): void {
  response
    .writeHead(good ? 200 : 503, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(JSON.stringify(body));
}
