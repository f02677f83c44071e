import { setTimeout as pause } from 'node:timers/promises';
import { Client, credentials, Metadata, type ChannelOptions } from '@grpc/grpc-js';
import { contracts } from '../contracts/contracts.js';
import { AppError } from '../errors/app-error.js';
import { fromServiceError } from '../errors/grpc-status.js';
import { ATTRIBUTES } from '../telemetry/attributes.js';
import { withSpan } from '../telemetry/span.js';
import { currentTraceparent } from '../telemetry/trace-context.js';
import { clientOptions } from './channel-options.js';

export interface RawCallOptions {
  /** Bearer token; whose rights the call has. */
  readonly token?: string;
  /** Instant by which the caller stops waiting; the default is 5 s from now. Whichever is earlier counts. */
  readonly deadline?: Date;
  readonly timeoutMs?: number;
  /** Ends the call when its own caller has gone. */
  readonly signal?: AbortSignal;
}

export interface RawClientOptions {
  /** For a call that says nothing else; 5,000. */
  readonly timeoutMs?: number;
  readonly channel?: ChannelOptions;
}

const DEFAULT_TIMEOUT_MS = 5_000;
const RETRY_AFTER_MS = 120;

/** Calls another service with bytes in and bytes out; one connection, shared by all calls. */
export class RawClient {
  private readonly client: Client;
  private readonly timeoutMs: number;

  constructor(address: string, { timeoutMs = DEFAULT_TIMEOUT_MS, channel = {} }: RawClientOptions = {}) {
    this.client = new Client(address, credentials.createInsecure(), { ...clientOptions, ...channel });
    this.timeoutMs = timeoutMs;
  }

  /**
   * Calls the rpc of a path. Throws `AppError`s alone. A call that only reads
   * is repeated once when the service could not be reached.
   */
  async call(path: string, request: Uint8Array, options: RawCallOptions = {}): Promise<Buffer> {
    const method = contracts.method(path);
    const deadline = this.deadlineOf(options);
    const attributes = {
      [ATTRIBUTES.rpcSystem]: 'grpc',
      [ATTRIBUTES.rpcService]: method.desc.parent.typeName,
      [ATTRIBUTES.rpcMethod]: method.desc.name,
    };
    return withSpan(
      path,
      attributes,
      async () => {
        try {
          return await this.once(path, request, deadline, options);
        } catch (error) {
          if (!method.readOnly || !isUnreachable(error) || deadline - Date.now() < 2 * RETRY_AFTER_MS) throw error;
          // Jitter: many callers lose the same service in the same moment.
          await pause(RETRY_AFTER_MS * (0.5 + Math.random()));
          return this.once(path, request, deadline, options);
        }
      },
      'client',
    );
  }

  close(): void {
    this.client.close();
  }

  private once(
    path: string,
    request: Uint8Array,
    deadline: number,
    { token, signal }: RawCallOptions,
  ): Promise<Buffer> {
    const metadata = new Metadata();
    if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
    const traceparent = currentTraceparent();
    if (traceparent !== '') metadata.set('traceparent', traceparent);
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(callerGone());
      const call = this.client.makeUnaryRequest(
        path,
        asBuffer,
        identity,
        request,
        metadata,
        { deadline },
        (error, response) => {
          signal?.removeEventListener('abort', cancel);
          if (error) reject(fromServiceError(error));
          else resolve(response as Buffer);
        },
      );
      const cancel = (): void => call.cancel();
      signal?.addEventListener('abort', cancel, { once: true });
    });
  }

  private deadlineOf({ deadline, timeoutMs = this.timeoutMs }: RawCallOptions): number {
    return Math.min(Date.now() + timeoutMs, deadline?.getTime() ?? Infinity);
  }
}

function callerGone(): AppError {
  return new AppError('CANCELLED', 'CANCELLED', 'The caller gave up.');
}

/** Only what gRPC itself reports: a service that answers UNAVAILABLE has said why, and knows better. */
function isUnreachable(error: unknown): boolean {
  return error instanceof AppError && error.code === 'UNAVAILABLE' && error.reason === 'SERVICE_UNAVAILABLE';
}

const identity = (bytes: Buffer): Buffer => bytes;
const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
