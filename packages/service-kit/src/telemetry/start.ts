import { flushLogs, logger, nameService } from './logger.js';
import { recordSpans } from './trace-context.js';

const log = logger('telemetry');

/** Ends the export of spans; what is recorded is sent first. */
export type StopTelemetry = () => Promise<void>;

/**
 * First thing a process does: names the service in log lines and, where
 * `endpoint` is given, exports spans there by OTLP (the protocol and the rest
 * by the standard OTEL_ variables). Without it nothing of the SDK is loaded.
 */
export async function startTelemetry(service: string, endpoint?: string): Promise<StopTelemetry> {
  nameService(service);
  if (endpoint === undefined) return async () => flushLogs();
  const { NodeSDK } = await import('@opentelemetry/sdk-node');
  const sdk = new NodeSDK({
    serviceName: service,
    // Ours is registered already, see trace-context.ts.
    contextManager: null as never,
    instrumentations: [],
    metricReaders: [],
    logRecordProcessors: [],
  });
  sdk.start();
  recordSpans(true);
  log.info({ event: 'telemetry.started', endpoint }, 'Spans are exported');
  return async () => {
    recordSpans(false);
    await sdk
      .shutdown()
      .catch((err: unknown) => log.warn({ event: 'telemetry.lost', err }, 'The last spans were not delivered'));
    flushLogs();
  };
}
