import {
  type MethodDefinition,
  Server as GrpcServer,
  ServerCredentials,
  type ServiceDefinition,
  type UntypedHandleCall,
} from '@grpc/grpc-js';
import { type CustomTransportStrategy, type MessageHandler, ServerGrpc } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import { contracts } from '../contracts/contracts.js';
import { logger } from '../telemetry/logger.js';
import type { CallHooks } from './call-hooks.js';
import { serverOptions } from './channel-options.js';
import { HealthService } from './health.js';
import type { KitRpcs } from './kit-rpcs.js';
import { rawHandler, type Handler, type PipelineOptions, type TokenAuthenticator } from './pipeline.js';

export interface GrpcTransportOptions {
  /** `host:port`; port 0 takes a free one. */
  readonly address: string;
  /** The generated definitions (`DealsServiceService`) that this process's controllers implement. */
  readonly definitions: readonly ServiceDefinition[];
  readonly authenticator: TokenAuthenticator;
  readonly kitRpcs?: KitRpcs;
  /** What else happens to every call. */
  readonly hooks?: CallHooks;
  /** What must be ready before calls are taken; runs once every module is initialised. */
  readonly beforeListen?: () => Promise<void>;
  readonly maxCallMs?: number;
  readonly clock?: () => Date;
}

const log = logger('grpc');

/**
 * Nest's transport for gRPC: takes the handlers that the generated
 * `@DealsServiceControllerMethods()` registers and serves them as raw bytes.
 *
 * It is a `ServerGrpc` by name alone: only to such a server does Nest give
 * handlers a second argument. Nothing of that class runs, and its loader of
 * .proto files, a third protobuf runtime, is never loaded.
 */
export class GrpcTransport extends ServerGrpc implements CustomTransportStrategy {
  readonly health = new HealthService();
  private readonly server = new GrpcServer(serverOptions);
  private readonly controllers = new Map<string, MessageHandler>();
  private port = 0;

  constructor(private readonly settings: GrpcTransportOptions) {
    super({ package: [], protoLoader: '@grpc/grpc-js' });
  }

  override addHandler(pattern: unknown, callback: MessageHandler): void {
    const { service, rpc } = pattern as { service: string; rpc: string };
    this.controllers.set(key(service, rpc), callback);
  }

  override async listen(done: (error?: unknown) => void): Promise<void> {
    try {
      await this.settings.beforeListen?.();
      this.addServices();
      this.port = await this.bind();
      done();
    } catch (error) {
      done(error);
    }
  }

  /** The port taken; 0 until it listens. */
  get boundPort(): number {
    return this.port;
  }

  /** Takes no new calls, lets the running ones end, for at most `ms`. Answers whether all of them did. */
  async drain(ms: number): Promise<boolean> {
    this.health.setServing(false);
    this.health.close();
    const ended = new Promise<true>((resolve) => this.server.tryShutdown(() => resolve(true)));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), ms)));
    const inTime = await Promise.race([ended, late]);
    clearTimeout(timer);
    if (!inTime) this.server.forceShutdown();
    return inTime;
  }

  override async close(): Promise<void> {
    this.health.close();
    this.server.forceShutdown();
  }

  override on(): never {
    throw new Error('The gRPC transport emits no events.');
  }

  override unwrap<T>(): T {
    return this.server as T;
  }

  private bind(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.bindAsync(this.settings.address, ServerCredentials.createInsecure(), (error, port) =>
        error ? reject(error) : resolve(port),
      );
    });
  }

  private addServices(): void {
    const { authenticator, maxCallMs = 30_000, clock = () => new Date(), definitions, kitRpcs, hooks } = this.settings;
    const pipeline: PipelineOptions = { authenticator, maxCallMs, clock, ...(hooks ? { hooks } : {}) };
    const names: string[] = [];
    const missing: string[] = [];
    const add = (
      definition: ServiceDefinition,
      handlerOf: (name: string, service: string) => Handler | undefined,
    ): void => {
      const raw: Record<string, MethodDefinition<Buffer, Buffer>> = {};
      const implementation: Record<string, UntypedHandleCall> = {};
      for (const [name, rpc] of Object.entries(definition)) {
        const method = contracts.method(rpc.path);
        const handler = handlerOf(name, method.desc.parent.name);
        if (!handler) {
          missing.push(rpc.path);
          continue;
        }
        raw[name] = { path: rpc.path, requestStream: false, responseStream: false, ...BYTES };
        implementation[name] = rawHandler(method, rpc, handler, pipeline);
        names.push(method.desc.parent.typeName);
      }
      if (Object.keys(raw).length > 0) this.server.addService(raw, implementation);
    };
    for (const definition of definitions) {
      add(definition, (name, service) => {
        const callback = this.controllers.get(key(service, name));
        return callback && controllerHandler(callback);
      });
    }
    for (const { definition, handlers } of kitRpcs?.all() ?? []) {
      add(definition, (name) => handlers[name] as Handler | undefined);
    }
    if (missing.length > 0) throw new Error(`No controller handles ${missing.join(', ')}.`);
    this.health.addTo(this.server, names);
    log.debug({ event: 'grpc.services', services: [...new Set(names)] });
  }
}

const identity = (bytes: Buffer): Buffer => bytes;
const BYTES = {
  requestSerialize: identity,
  requestDeserialize: identity,
  responseSerialize: identity,
  responseDeserialize: identity,
};

function key(service: string, rpc: string): string {
  return `${service}/${rpc}`;
}

function controllerHandler(callback: MessageHandler): Handler {
  return async (request, _context, metadata) => {
    const result: unknown = await callback(request, metadata);
    // Nest reports a failure as an observable that fails.
    return isObservable(result) ? lastValueFrom(result) : result;
  };
}
