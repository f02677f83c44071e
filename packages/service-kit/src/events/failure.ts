import { AppError, type ErrorCode, asAppError } from '../errors.js';

/** An event that no retry can help: it goes to the dead letters at the first try. */
export class PoisonError extends Error {
  override readonly name = 'PoisonError';
}

/** `poison`: one try. `transient`: again, as long as it takes. `unknown`: again, a bounded number of times. */
export type FailureKind = 'poison' | 'transient' | 'unknown';

const BY_CODE: Partial<Record<ErrorCode, FailureKind>> = {
  INVALID_ARGUMENT: 'poison',
  FAILED_PRECONDITION: 'poison',
  ALREADY_EXISTS: 'poison',
  UNIMPLEMENTED: 'poison',
  UNAUTHENTICATED: 'transient',
  ABORTED: 'transient',
  RESOURCE_EXHAUSTED: 'transient',
  UNAVAILABLE: 'transient',
  DEADLINE_EXCEEDED: 'transient',
  CANCELLED: 'transient',
};

/** What an error that a handler threw means for its event. */
export function failureKind(error: unknown): FailureKind {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 8; cause = cause.cause, depth += 1) {
    if (cause instanceof PoisonError) return 'poison';
    const known = BY_CODE[asAppError(cause).code];
    if (known) return known;
    if (cause instanceof AppError && cause.cause === undefined) return 'unknown';
  }
  return 'unknown';
}

/** An error in words for an operator: the chain of causes, without stacks. */
export function describeFailure(error: unknown): string {
  const lines: string[] = [];
  for (let cause = error, depth = 0; cause !== undefined && depth < 5; depth += 1) {
    lines.push(cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  // PostgreSQL's text refuses NUL, and a message may quote a poisoned payload.
  return lines.join('\ncaused by ').replaceAll('\0', '').slice(0, 8_000);
}
