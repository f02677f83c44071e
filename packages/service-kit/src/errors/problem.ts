import { STATUS_CODES } from 'node:http';
import { logger } from '../telemetry/logger.js';
import type { AppError, ErrorCode } from './app-error.js';
import { asAppError } from './classify.js';

export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

/** Body of every error that leaves over HTTP (RFC 9457), and nothing else. */
export interface Problem {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly reason: string;
  readonly detail: string;
  /** Absent where no field is at fault. */
  readonly errors?: readonly { readonly field: string; readonly description: string; readonly reason: string }[];
  readonly traceId: string;
}

/** An error, ready to be sent. */
export interface ProblemAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Problem;
}

const STATUS: Readonly<Record<ErrorCode, number>> = {
  INVALID_ARGUMENT: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  FAILED_PRECONDITION: 409,
  ABORTED: 409,
  RESOURCE_EXHAUSTED: 429,
  CANCELLED: 499,
  INTERNAL: 500,
  UNIMPLEMENTED: 501,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
};

// Reasons for which HTTP has a better word than the code's.
const STATUS_OF_REASON: Readonly<Record<string, number>> = {
  STALE_ETAG: 412,
  METHOD_NOT_ALLOWED: 405,
  TOO_LARGE: 413,
  URI_TOO_LONG: 414,
  UNSUPPORTED_MEDIA_TYPE: 415,
  REQUEST_ID_REUSED: 422,
  UNPROCESSABLE_FILE: 422,
  ETAG_REQUIRED: 428,
};

const log = logger('errors');

/** The HTTP status of an error, by the one table. */
export function httpStatusOf(error: AppError): number {
  return STATUS_OF_REASON[error.reason] ?? STATUS[error.code];
}

/** Writes any error as the problem that leaves over HTTP. */
export function toProblem(error: unknown, traceId: string): ProblemAnswer {
  const known = asAppError(error);
  // One that came from another service has been logged there, with the same trace id.
  if (known.code === 'INTERNAL')
    log.error({ event: 'error.internal', err: known.cause ?? known }, 'An error that nobody foresaw');
  const status = httpStatusOf(known);
  return {
    status,
    headers: headersOf(known, status),
    body: {
      type: 'about:blank',
      title: status === 499 ? 'Client Closed Request' : (STATUS_CODES[status] ?? 'Error'),
      status,
      reason: known.reason,
      detail: known.message,
      ...(known.violations.length > 0
        ? {
            errors: known.violations.map((it) => ({
              field: jsonPath(it.field),
              description: it.description,
              reason: it.reason ?? known.reason,
            })),
          }
        : {}),
      traceId,
    },
  };
}

function headersOf({ metadata }: AppError, status: number): Record<string, string> {
  const headers: Record<string, string> = { 'content-type': PROBLEM_CONTENT_TYPE, 'cache-control': 'no-store' };
  const { retryAfter } = metadata;
  if ((status === 503 || status === 429) && retryAfter !== undefined) headers['retry-after'] = retryAfter;
  if (status === 401) headers['www-authenticate'] = 'Bearer';
  return headers;
}

/**
 * A path in proto names as JSON spells it. What follows `attributes.` is a key
 * that an administrator chose, and is left alone.
 */
function jsonPath(path: string): string {
  const [, head, keys] = /^(|.*?\.)(attributes(?:[.[].*))$/s.exec(path) ?? ['', path, ''];
  return camel(head ?? '') + (keys ?? '');
}

function camel(path: string): string {
  return path.replaceAll(/(?<=[a-z0-9])_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
