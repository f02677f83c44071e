import type { CallContext } from '../access/context.js';
import { RawClient, type RawCallOptions, type RawClientOptions } from './raw-client.js';

/** What a generated service definition says of each rpc. */
interface TypedMethod {
  readonly path: string;
  readonly requestSerialize: (value: never) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => unknown;
}
type TypedDefinition = Readonly<Record<string, TypedMethod>>;

type RequestOf<M extends TypedMethod> = Parameters<M['requestSerialize']>[0];
type ResponseOf<M extends TypedMethod> = ReturnType<M['responseDeserialize']>;

export interface ClientCallOptions extends RawCallOptions {
  /**
   * On whose behalf: his token is forwarded and his deadline kept. Without it,
   * and without `token`, the process calls as itself.
   */
  readonly ctx?: CallContext;
}

export interface ClientOptions extends RawClientOptions {
  /** The process's own token, for calls on nobody's behalf. */
  readonly ownToken?: () => Promise<string>;
}

/** One method for each rpc, promising its response. */
export type ServiceClient<D extends TypedDefinition> = {
  readonly [K in keyof D]: (request: RequestOf<D[K]>, options?: ClientCallOptions) => Promise<ResponseOf<D[K]>>;
} & { readonly close: () => void };

/**
 * A client of the service that a generated definition (`DealsServiceService`)
 * describes:
 *
 *     const deals = createClient(DealsServiceService, config.DEALS_URL, { ownToken });
 *     const deal = await deals.getDeal({ dealId, readMask: undefined }, { ctx });
 *
 * Throws `AppError`s alone. `to` may be a `RawClient` that several share.
 */
export function createClient<D extends TypedDefinition>(
  definition: D,
  to: string | RawClient,
  options: ClientOptions = {},
): ServiceClient<D> {
  const raw = typeof to === 'string' ? new RawClient(to, options) : to;
  const methods = Object.entries(definition).map(([name, method]) => [
    name,
    async (request: never, { ctx, ...call }: ClientCallOptions = {}) =>
      method.responseDeserialize(
        await raw.call(method.path, method.requestSerialize(request), await resolved(ctx, call, options)),
      ),
  ]);
  return Object.freeze({ ...Object.fromEntries(methods), close: () => raw.close() }) as ServiceClient<D>;
}

async function resolved(
  ctx: CallContext | undefined,
  call: RawCallOptions,
  { ownToken }: ClientOptions,
): Promise<RawCallOptions> {
  const token = call.token ?? ctx?.token ?? (await ownToken?.());
  return { ...call, token, deadline: earlier(call.deadline, ctx?.deadline) };
}

function earlier(one: Date | undefined, other: Date | undefined): Date | undefined {
  if (!one || !other) return one ?? other;
  return one < other ? one : other;
}
