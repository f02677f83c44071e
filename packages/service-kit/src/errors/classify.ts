import { AppError } from './app-error.js';

/**
 * The `AppError` that an error is, or stands for. Everything unknown becomes
 * INTERNAL/INTERNAL with the original as its cause, which is for the log alone.
 */
export function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return (
    databaseFailure(error) ??
    new AppError('INTERNAL', 'INTERNAL', 'Something went wrong on our side.', {}, [], { cause: error })
  );
}

type Failure = 'race' | 'connection' | 'timeout';

// By SQLSTATE; where two characters stand, the whole class.
const SQLSTATES: Readonly<Record<string, Failure>> = {
  '40001': 'race', // serialization_failure
  '40P01': 'race', // deadlock_detected
  '55P03': 'race', // lock_not_available
  '57014': 'timeout', // query_canceled, by statement_timeout
  '57P01': 'connection', // admin_shutdown
  '57P02': 'connection', // crash_shutdown
  '57P03': 'connection', // cannot_connect_now
  '53300': 'connection', // too_many_connections
  '08': 'connection',
};

const PRISMA_CODES: Readonly<Record<string, Failure>> = {
  P1001: 'connection', // the server cannot be reached
  P1002: 'connection', // reached, but it did not answer in time
  P1008: 'timeout', // operations timed out
  P1017: 'connection', // the server closed the connection
  P2024: 'connection', // no connection of the pool became free
  P2028: 'connection', // the transaction could not start, or outlived its time
  P2034: 'race', // write conflict or deadlock
};

// What node and the pool of pg say before there is any SQLSTATE.
const SOCKET_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
const POOL_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

function databaseFailure(error: unknown): AppError | undefined {
  switch (failureOf(error)) {
    case 'race':
      return new AppError('ABORTED', 'RETRY', 'Another change came first; try again.', {}, [], { cause: error });
    case 'connection':
      return new AppError(
        'UNAVAILABLE',
        'DATABASE_UNAVAILABLE',
        'The database cannot be reached; try again later.',
        { retryAfter: '1' },
        [],
        { cause: error },
      );
    case 'timeout':
      return new AppError('DEADLINE_EXCEEDED', 'STATEMENT_TIMEOUT', 'The database took too long to answer.', {}, [], {
        cause: error,
      });
    default:
      return undefined;
  }
}

/** Drivers and Prisma wrap each other's errors; the outermost that says something decides. */
function failureOf(error: unknown): Failure | undefined {
  let current: unknown = error;
  for (let depth = 0; depth < 6 && isRecord(current); depth += 1) {
    const failure = ownFailure(current);
    if (failure) return failure;
    current = current['cause'] ?? adapterError(current);
  }
  return undefined;
}

function ownFailure(error: Record<string, unknown>): Failure | undefined {
  for (const key of ['code', 'originalCode', 'sqlState']) {
    const code = error[key];
    if (typeof code !== 'string') continue;
    const known =
      PRISMA_CODES[code] ?? (code.length === 5 ? (SQLSTATES[code] ?? SQLSTATES[code.slice(0, 2)]) : undefined);
    if (known) return known;
    if (SOCKET_CODES.has(code)) return 'connection';
  }
  const message = error['message'];
  return typeof message === 'string' && POOL_MESSAGES.test(message) ? 'connection' : undefined;
}

/** Where Prisma keeps what the driver adapter said: `meta.driverAdapterError`. */
function adapterError(error: Record<string, unknown>): unknown {
  const meta = error['meta'];
  return isRecord(meta) ? meta['driverAdapterError'] : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
