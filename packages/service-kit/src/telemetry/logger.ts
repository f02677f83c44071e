import { pino, type Logger } from 'pino';
import { logLevel, logsAreBuffered } from '../config/log-level.js';
import { describeError } from './error-text.js';
import { currentTraceId } from './trace-context.js';

export type { Logger };

// Keys whose values are secrets or personal data wherever they stand at the top
// of a log line or one below. The rule is not to log them at all; this is the net.
const SECRET_KEYS = [
  'authorization', 'cookie', 'token', 'accessToken', 'refreshToken', 'password', 'secret', 'clientSecret',
  'email', 'phone', 'displayName', 'givenName', 'familyName', 'middleName', 'username',
];

let service: string | undefined;

// In production lines are collected for at most half a second: a write per line
// would cost more than many a call. What is collected is written on exit.
const destination = pino.destination({ fd: 1, ...(logsAreBuffered() ? { sync: false, minLength: 4096, periodicFlush: 500 } : { sync: true }) });

const root = pino(
  {
    level: logLevel(),
    base: null,
    messageKey: 'message',
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    mixin: () => {
      const traceId = currentTraceId();
      return traceId === '' ? { service } : { service, traceId };
    },
    serializers: { err: describeError },
    redact: { paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`]), censor: '[redacted]' },
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
