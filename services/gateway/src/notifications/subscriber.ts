import type { ServerResponse } from 'node:http';
import type { Caller } from '../callers/caller.js';

/** Bytes that may wait for a reader before he is given up. */
const MAX_BUFFERED = 1024 * 1024;

/** Why a stream ends; a browser reconnects by itself unless it lost its rights. */
export type EndReason = 'LOGIN_ENDED' | 'RIGHTS_ENDED' | 'RIGHTS_UNKNOWN' | 'TOO_SLOW' | 'RESTART';

/** One open stream of server-sent events. */
export class Subscriber {
  /** When it was last known who reads. */
  identifiedAt = Date.now();
  private ended = false;

  constructor(
    public caller: Caller,
    /** The caller's own token; undefined for a session. */
    readonly bearer: string | undefined,
    private readonly response: ServerResponse,
  ) {}

  /** Jitter keeps those whom a restart has cut off from all coming back at once. */
  open(headers: Readonly<Record<string, number | string | string[] | undefined>>): void {
    this.response.writeHead(200, {
      ...headers,
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
    });
    this.response.write(`retry: ${1_000 + Math.floor(Math.random() * 4_000)}\n\n`);
  }

  send(event: string, data: string): void {
    this.write(`event: ${event}\ndata: ${data}\n\n`);
  }

  /** Keeps proxies from closing a quiet stream. */
  beat(): void {
    this.write(':\n\n');
  }

  end(reason: EndReason): void {
    if (this.ended) return;
    this.ended = true;
    this.response.end(`event: end\ndata: ${JSON.stringify({ reason })}\n\n`);
    // A reader who does not read would keep the connection for ever.
    if (reason === 'TOO_SLOW') setTimeout(() => this.response.destroy(), 1_000).unref();
  }

  private write(text: string): void {
    if (this.ended) return;
    this.response.write(text);
    if (this.response.writableLength > MAX_BUFFERED) this.end('TOO_SLOW');
  }
}
