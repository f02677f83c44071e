import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { BadRequest, ErrorInfo } from '@rapport/contracts/google/rpc/error_details';
import { Status } from '@rapport/contracts/google/rpc/status';
import { logger } from '../telemetry/logger.js';
import { AppError, type ErrorCode, type FieldViolation } from './app-error.js';
import { asAppError } from './classify.js';

const DETAILS_KEY = 'grpc-status-details-bin';
const DOMAIN = 'rapport';
const TYPE_PREFIX = 'type.googleapis.com/';

// Status details travel as a header, and HTTP/2 peers take 64 KB of headers at
// most: what would not fit is cut here, not lost there.
const MAX_DETAILS_BYTES = 24 * 1024;
const MAX_MESSAGE_CHARS = 1000;

const log = logger('errors');

/** Writes any error as the gRPC status that leaves this process. */
export function toServiceError(error: unknown): ServiceError {
  const known = asAppError(error);
  if (known.code === 'INTERNAL')
    log.error({ event: 'error.internal', err: known.cause ?? known }, 'An error that nobody foresaw');
  const metadata = new Metadata();
  metadata.set(DETAILS_KEY, encodeDetails(known));
  const details = cut(known.message);
  return Object.assign(new Error(details), { name: 'ServiceError', code: status[known.code], details, metadata });
}

/** Reads the error of a call to another service back into what was thrown there. */
export function fromServiceError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (!isServiceError(error)) return asAppError(error);
  const code = codeName(error.code);
  const details = decodeDetails(error.metadata);
  if (!details) return withoutDetails(code, error);
  return new AppError(code, details.reason, error.details, details.metadata, details.violations, { cause: error });
}

/**
 * A status without our details was made by gRPC itself or by somebody else's
 * server; its text may hold addresses and is not for callers.
 */
function withoutDetails(code: ErrorCode, cause: ServiceError): AppError {
  const [reason, message] = FOREIGN[code] ?? ['INTERNAL', 'Something went wrong on our side.'];
  const known = FOREIGN[code] ? code : 'INTERNAL';
  return new AppError(known, reason, message, code === 'UNAVAILABLE' ? { retryAfter: '1' } : {}, [], { cause });
}

const FOREIGN: Partial<Record<ErrorCode, readonly [reason: string, message: string]>> = {
  UNAVAILABLE: ['SERVICE_UNAVAILABLE', 'A part of the platform does not answer; try again later.'],
  DEADLINE_EXCEEDED: ['DEADLINE_EXCEEDED', 'The answer took too long.'],
  CANCELLED: ['CANCELLED', 'The caller gave up.'],
  RESOURCE_EXHAUSTED: ['TOO_LARGE', 'The message is too large.'],
  UNIMPLEMENTED: ['UNIMPLEMENTED', 'This operation does not exist here.'],
  UNAUTHENTICATED: ['UNAUTHENTICATED', 'The call carries no valid token.'],
};

function encodeDetails(error: AppError): Buffer {
  let violations = error.violations;
  for (;;) {
    const bytes = Buffer.from(Status.encode(statusOf(error, violations)).finish());
    if (bytes.length <= MAX_DETAILS_BYTES || violations.length === 0) return bytes;
    violations = violations.slice(0, Math.floor(violations.length / 2));
  }
}

function statusOf(error: AppError, violations: readonly FieldViolation[]): Status {
  const omitted = error.violations.length - violations.length;
  const metadata = omitted > 0 ? { ...error.metadata, violationsOmitted: String(omitted) } : { ...error.metadata };
  const details = [
    any('google.rpc.ErrorInfo', ErrorInfo.encode({ reason: error.reason, domain: DOMAIN, metadata }).finish()),
  ];
  if (violations.length > 0) {
    const fieldViolations = violations.map(({ field, description, reason }) => ({
      field,
      description: cut(description),
      reason: reason ?? '',
      localizedMessage: undefined,
    }));
    details.push(any('google.rpc.BadRequest', BadRequest.encode({ fieldViolations }).finish()));
  }
  return { code: status[error.code], message: cut(error.message), details };
}

function any(type: string, value: Uint8Array) {
  return { typeUrl: TYPE_PREFIX + type, value: Buffer.from(value) };
}

interface Details {
  reason: string;
  metadata: Record<string, string>;
  violations: FieldViolation[];
}

function decodeDetails(metadata: Metadata | undefined): Details | undefined {
  const [bytes] = metadata?.get(DETAILS_KEY) ?? [];
  if (!Buffer.isBuffer(bytes)) return undefined;
  let info: ErrorInfo | undefined;
  const violations: FieldViolation[] = [];
  try {
    for (const { typeUrl, value } of Status.decode(bytes).details) {
      if (typeUrl === `${TYPE_PREFIX}google.rpc.ErrorInfo`) info = ErrorInfo.decode(value);
      if (typeUrl === `${TYPE_PREFIX}google.rpc.BadRequest`)
        violations.push(...BadRequest.decode(value).fieldViolations.map(violationOf));
    }
  } catch {
    return undefined; // details that cannot be read say as much as no details
  }
  return info?.domain === DOMAIN ? { reason: info.reason, metadata: { ...info.metadata }, violations } : undefined;
}

function violationOf({ field, description, reason }: BadRequest['fieldViolations'][number]): FieldViolation {
  return reason === '' ? { field, description } : { field, description, reason };
}

function codeName(code: number): ErrorCode {
  const name = status[code];
  return name !== undefined && name in CODES ? (name as ErrorCode) : 'INTERNAL';
}

const CODES: Record<ErrorCode, true> = {
  INVALID_ARGUMENT: true,
  UNAUTHENTICATED: true,
  PERMISSION_DENIED: true,
  NOT_FOUND: true,
  ALREADY_EXISTS: true,
  FAILED_PRECONDITION: true,
  ABORTED: true,
  RESOURCE_EXHAUSTED: true,
  UNAVAILABLE: true,
  DEADLINE_EXCEEDED: true,
  UNIMPLEMENTED: true,
  CANCELLED: true,
  INTERNAL: true,
};

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' && 'details' in error;
}

function cut(text: string): string {
  return text.length <= MAX_MESSAGE_CHARS ? text : `${text.slice(0, MAX_MESSAGE_CHARS - 1)}…`;
}
