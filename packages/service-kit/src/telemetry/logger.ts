import { pino, type Logger } from 'pino';
import { logLevel, logsAreBuffered } from '../config/log-level.js';
import { describeError } from './error-text.js';
import { isoTime } from './iso-time.js';
import { withoutSecrets } from './redact.js';
import { currentTraceId } from './trace-context.js';

export type { Logger };

let service: string | undefined;

// In production lines are collected for at most half a second: a write per line
// would cost more than many a call. What is collected is written on exit.
const destination = pino.destination({
  fd: 1,
  ...(logsAreBuffered() ? { sync: false, minLength: 4096, periodicFlush: 500 } : { sync: true }),
});

const root = pino(
  {
    level: logLevel(),
    base: null,
    messageKey: 'message',
    timestamp: isoTime,
    formatters: { level: (label) => ({ level: label }), log: withoutSecrets },
    mixin: () => {
      const traceId = currentTraceId();
      return traceId === '' ? { service } : { service, traceId };
    },
    serializers: { err: describeError },
  },
  destination,
);

/**
 * A logger for one part of the code. Every line carries the service and the
 * trace id of the call it belongs to. Use: `log.info({ event: 'deal.won',
 * dealId }, 'what happened')`; the fields are for programs.
 */
export function logger(name: string): Logger {
  return root.child({ logger: name });
}

/** Names the service in every later line; by `startTelemetry`. */
export function nameService(name: string): void {
  service = name;
}

/** Writes what is still collected, now. For the last lines of a process. */
export function flushLogs(): void {
  try {
    destination.flushSync();
  } catch {
    // The stream was not open yet: pino writes what it holds on exit.
  }
}
