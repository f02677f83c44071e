/**
 * # lifecycle: a process starts in order and leaves in order
 *
 * The whole of a service's `main.ts`:
 *
 *     await runService(AppModule, { name: 'deals', config, grpc: { definitions: [DealsServiceService] } });
 *
 * It starts telemetry, then health, then what modules have added to
 * `Lifecycle` (database, caches, relay, consumers), then takes calls and says
 * it is ready. On SIGTERM or SIGINT it says it is not, stops taking in work,
 * lets the running calls end, stops the rest and flushes what is recorded.
 *
 * What this sub-path promises
 * - `/readyz` on HEALTH_PORT and `grpc.health.v1` on GRPC_PORT are positive
 *   only while all parts work; `/livez` never asks a dependency.
 * - Leaving takes DRAIN_MS at most; a second signal leaves at once.
 * - An error that nobody caught is logged and ends the process with 1.
 * - `ServiceSettings`, `Lifecycle`, `KitRpcs`, `Authenticator` and
 *   `ServiceClient` can be injected in every module, without an import.
 * - The gateway has the same by `runProcess`, with an edge of its own.
 */
export { HealthServer, type Readiness } from './lifecycle/health-server.js';
export { Lifecycle, LIFECYCLE_ORDER, type LifecycleParticipant } from './lifecycle/lifecycle.js';
export { NestLog } from './lifecycle/nest-log.js';
export {
  runProcess,
  startProcess,
  type Edge,
  type ProcessOptions,
  type RunningProcess,
} from './lifecycle/run-process.js';
export { runService, startService, type RunningService, type ServiceOptions } from './lifecycle/run-service.js';
export { ServiceSettings } from './lifecycle/service-settings.js';
