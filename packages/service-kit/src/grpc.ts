/**
 * # grpc: one way into a service and one way out of it
 *
 * A thin Nest transport on grpc-js. Controllers are ordinary Nest controllers
 * with the generated decorator; `callContext(metadata)` tells them who calls.
 *
 *     async winDeal(request: WinDealRequest, metadata: Metadata): Promise<Deal> {
 *       return toProto(await this.deals.win(callContext(metadata), …));
 *     }
 *
 * What this sub-path promises
 * - Every call goes: token → the rpc's declared rule → names (a field hidden
 *   from this caller does not exist) → protovalidate, all faults at once →
 *   decode → handler → prune → encode. The rule is enforced here and only
 *   here. A handler never runs for a call that may not be made.
 * - `context.deadline` is always set: the caller's, and never more than 30 s.
 * - Whatever is thrown leaves as one gRPC status with reason and violations;
 *   one line is logged for each call, without personal data.
 * - Requests are 4 MB and metadata 64 KB at most.
 * - Clients (`createClient`, `RawClient`) wait 5 s and not longer than their
 *   caller, carry trace and token on, repeat a call once and only if it reads
 *   and the service could not be reached, and throw `AppError`s alone.
 * - `grpc.health.v1` says whether the process takes calls, without a token.
 */
export { callContext } from './grpc/call-context.js';
export { createClient, type ClientCallOptions, type ClientOptions, type ServiceClient } from './grpc/client.js';
export { ErrorFilter } from './grpc/error-filter.js';
export { HealthDefinition } from './grpc/health.js';
export { KitRpcs, type KitHandlers } from './grpc/kit-rpcs.js';
export { RawClient, type RawCallOptions, type RawClientOptions } from './grpc/raw-client.js';
export type { TokenAuthenticator } from './grpc/pipeline.js';
export { GrpcTransport, type GrpcTransportOptions } from './grpc/transport.js';
