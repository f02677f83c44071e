import { fromBinary, type Message } from '@bufbuild/protobuf';
import { type Metadata, type MethodDefinition, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import type { Authenticator } from '../access/authenticator.js';
import type { CallContext } from '../access/context.js';
import { checkRule } from '../access/rights.js';
import type { MethodContract } from '../contracts/contracts.js';
import { AppError, isFault } from '../errors/app-error.js';
import { asAppError } from '../errors/classify.js';
import { toServiceError } from '../errors/grpc-status.js';
import { ATTRIBUTES } from '../telemetry/attributes.js';
import { logger } from '../telemetry/logger.js';
import { annotateSpan, withSpan } from '../telemetry/span.js';
import { currentTraceparent, runWithTraceparent } from '../telemetry/trace-context.js';
import { attachContext } from './call-context.js';
import type { CallHooks } from './call-hooks.js';
import { validateRequest } from './validation.js';

/** What runs once a call is let in: a controller's method or a handler of the kit. */
export type Handler = (request: unknown, context: CallContext, metadata: Metadata) => Promise<unknown>;

/** What reads tokens: `Authenticator`. */
export type TokenAuthenticator = Pick<Authenticator, 'authenticate'>;

export interface PipelineOptions {
  readonly authenticator: TokenAuthenticator;
  /** No call runs longer, whatever its caller allows. */
  readonly maxCallMs: number;
  readonly clock: () => Date;
  readonly hooks?: CallHooks;
}

type RawCall = ServerUnaryCall<Buffer, Buffer>;
type RawHandler = (call: RawCall, answer: sendUnaryData<Buffer>) => void;

const BEARER = 'bearer ';

const log = logger('grpc');

/**
 * The way of every call through a service: token, rule, names, values, decode,
 * handler, prune, encode. `hooks` stand right before the handler and right
 * before the answer leaves.
 */
export function rawHandler(
  method: MethodContract,
  definition: MethodDefinition<unknown, unknown>,
  handle: Handler,
  options: PipelineOptions,
): RawHandler {
  const { desc, path } = method;
  const attributes = {
    [ATTRIBUTES.rpcSystem]: 'grpc',
    [ATTRIBUTES.rpcService]: desc.parent.typeName,
    [ATTRIBUTES.rpcMethod]: desc.name,
  };

  async function run(call: RawCall, deadline: Date): Promise<Buffer> {
    const caller = await options.authenticator.authenticate(bearerOf(call.metadata), deadline);
    const rule = checkRule(caller, method);
    const message = decode(method, call.request);
    validateRequest(desc.input, message, caller.masks.checkRequest(method, message));
    const context: CallContext = { ...caller, rule, deadline, traceparent: currentTraceparent(), clock: options.clock };
    attachContext(call.metadata, context);
    const request = definition.requestDeserialize(call.request);
    await options.hooks?.handlerBegins(context, method, request as object);
    const response = await handle(request, context, call.metadata);
    const answer = caller.masks.prune(desc.output, response as object);
    await options.hooks?.answerLeaves(context, method, answer);
    return definition.responseSerialize(answer);
  }

  return (call, answer) => {
    const began = performance.now();
    const deadline = deadlineOf(call, options);
    const within = async (): Promise<void> => {
      let settled = false;
      const settle = (failure: AppError | undefined, bytes?: Buffer): void => {
        if (settled) return;
        settled = true;
        clearTimeout(timer);
        report(path, failure, performance.now() - began);
        if (failure) answer(toServiceError(failure));
        else answer(null, bytes);
      };
      const timer = setTimeout(() => settle(tooLate()), deadline.getTime() - Date.now());
      try {
        settle(undefined, await run(call, deadline));
      } catch (error) {
        const failure = asAppError(error);
        settle(failure);
        throw failure; // for the span
      }
    };
    runWithTraceparent(first(call.metadata, 'traceparent'), () => {
      withSpan(path, attributes, within, 'server').catch(() => undefined); // answered already
    });
  };
}

function tooLate(): AppError {
  return new AppError('DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED', 'The answer took too long.');
}

function decode({ desc }: MethodContract, bytes: Buffer): Message {
  try {
    return fromBinary(desc.input, bytes);
  } catch (cause) {
    throw new AppError('INVALID_ARGUMENT', 'INVALID_REQUEST', 'The request cannot be decoded.', {}, [], { cause });
  }
}

function bearerOf(metadata: Metadata): string {
  const header = first(metadata, 'authorization') ?? '';
  // No pattern: the token may be many kilobytes long, and who reads it says whether it is one.
  const token = header.slice(0, BEARER.length).toLowerCase() === BEARER ? header.slice(BEARER.length).trim() : '';
  if (token === '') throw new AppError('UNAUTHENTICATED', 'TOKEN_MISSING', 'The call carries no bearer token.');
  return token;
}

function first(metadata: Metadata, key: string): string | undefined {
  const [value] = metadata.get(key);
  return typeof value === 'string' ? value : undefined;
}

/** The caller's deadline, but never later than ours. */
function deadlineOf(call: RawCall, { maxCallMs }: PipelineOptions): Date {
  const latest = Date.now() + maxCallMs;
  const asked = Number(call.getDeadline());
  return new Date(Math.min(latest, asked));
}

/** One line for every call, with how it ended. */
function report(rpc: string, failure: AppError | undefined, ms: number): void {
  const durationMs = Math.round(ms * 100) / 100;
  annotateSpan({ [ATTRIBUTES.rpcStatus]: failure?.code ?? 'OK' });
  if (!failure) return log.info({ event: 'rpc', rpc, code: 'OK', durationMs });
  const line = { event: 'rpc', rpc, code: failure.code, reason: failure.reason, durationMs };
  if (isFault(failure)) log.warn(line);
  else log.info(line);
}
