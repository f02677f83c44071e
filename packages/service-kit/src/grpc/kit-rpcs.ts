import type { ServiceDefinition } from '@grpc/grpc-js';
import type { CallContext } from '../access/context.js';

/** The part of a generated service definition that types are taken from. */
type Typed = Record<
  string,
  { requestDeserialize: (bytes: Buffer) => unknown; responseDeserialize: (bytes: Buffer) => unknown }
>;

/** One handler for each rpc of a generated service definition. */
export type KitHandlers<D extends Typed> = {
  readonly [K in keyof D]: (
    request: ReturnType<D[K]['requestDeserialize']>,
    context: CallContext,
  ) => Promise<ReturnType<D[K]['responseDeserialize']>>;
};

/** A service definition with its handlers. */
export interface KitService {
  readonly definition: ServiceDefinition;
  readonly handlers: Readonly<Record<string, (request: never, context: CallContext) => Promise<unknown>>>;
}

/**
 * Services that the kit gives to every process, beside its own controllers.
 * Injectable everywhere; add in a constructor or in `onModuleInit`, before the
 * transport listens:
 *
 *     constructor(rpcs: KitRpcs) { rpcs.add(EventJournalServiceService, { replayEvents: (request, ctx) => … }); }
 */
export class KitRpcs {
  private readonly added: KitService[] = [];

  add<D extends ServiceDefinition & Typed>(definition: D, handlers: KitHandlers<D>): void {
    this.added.push({ definition, handlers: handlers as KitService['handlers'] });
  }

  all(): readonly KitService[] {
    return this.added;
  }
}
