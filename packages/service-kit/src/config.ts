/**
 * # config: read once, typed, all faults at once
 *
 * A process's `config.ts` says what it needs and reads it where it begins:
 *
 *     export const config = loadConfig(serviceConfig({ calls: ['contacts'] }));
 *
 * What this sub-path promises
 * - Nobody else reads the environment (lint enforces it); what is wrong is
 *   listed completely before anything is started, and the process ends with 1.
 * - Secrets have no default, and no fault shows a value.
 * - The object is frozen; an empty variable is one that is not set.
 * - Settings of the business are rows of a service, never variables.
 */
export { ConfigError, loadConfig } from './config/load-config.js';
export { LOG_LEVELS, type LogLevel } from './config/log-level.js';
export {
  addressShape,
  identityShape,
  processShape,
  serviceConfig,
  storageShape,
  type GrpcServiceName,
  type IdentityConfig,
  type ProcessConfig,
  type ServiceConfig,
} from './config/service-config.js';
