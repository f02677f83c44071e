/**
 * # telemetry: traces and log lines that a test may rely on
 *
 * One trace follows a fact from the HTTP call through gRPC, the outbox row, the
 * NATS headers and the consumer to the figure, because every one of these hands
 * on a W3C `traceparent` and the next runs under it: `runWithTraceparent`.
 *
 * What this sub-path promises
 * - With OTEL_EXPORTER_OTLP_ENDPOINT unset nothing of the SDK is loaded and a
 *   span costs one comparison. A trace id exists all the same: it is in every
 *   log line and in every problem that leaves.
 * - Names of attributes come from `ATTRIBUTES` alone; the type refuses others.
 * - Neither spans nor log lines hold personal data: a failed span carries the
 *   reason, not the text; errors are logged by `err`, stripped of what drivers
 *   attach; keys that look like secrets are redacted as a net below that.
 * - One structured line per outcome: `{ event, …ids }` and a short sentence.
 */
export { ATTRIBUTES, type AttributeName, type SpanAttributes } from './telemetry/attributes.js';
export {
  currentTraceId,
  currentTraceparent,
  newTraceparent,
  runWithTraceparent,
  traceIdOf,
} from './telemetry/trace-context.js';
export { flushLogs, logger, type Logger } from './telemetry/logger.js';
export { annotateSpan, withSpan, type SpanRole } from './telemetry/span.js';
export { startTelemetry, type StopTelemetry } from './telemetry/start.js';
