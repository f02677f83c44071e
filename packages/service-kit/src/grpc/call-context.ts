import type { Metadata } from '@grpc/grpc-js';
import type { CallContext } from '../access/context.js';

const contexts = new WeakMap<Metadata, CallContext>();

/**
 * Who calls, for a controller: the second argument of every handler. Only the
 * transport makes it, so there is one for every handler that runs.
 */
export function callContext(metadata: Metadata | undefined): CallContext {
  const known = metadata && contexts.get(metadata);
  if (!known) throw new Error('This metadata does not come from the gRPC transport.');
  return known;
}

/** Ties the context to what Nest hands on to the controller. */
export function attachContext(metadata: Metadata, context: CallContext): void {
  contexts.set(metadata, context);
}
