/** Canonical gRPC codes that Rapport uses, by name. */
export type ErrorCode =
  | 'INVALID_ARGUMENT'
  | 'UNAUTHENTICATED'
  | 'PERMISSION_DENIED'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'FAILED_PRECONDITION'
  | 'ABORTED'
  | 'RESOURCE_EXHAUSTED'
  | 'UNAVAILABLE'
  | 'DEADLINE_EXCEEDED'
  | 'UNIMPLEMENTED'
  | 'CANCELLED'
  | 'INTERNAL';

/** What is wrong with one field of a request. */
export interface FieldViolation {
  /** Path in proto names from the request's root, for example `deal.amount.amount`. */
  readonly field: string;
  /** One sentence for people. */
  readonly description: string;
  /** For programs, for example `UNKNOWN_FIELD` or protovalidate's rule id. */
  readonly reason?: string;
}

/** The one error that crosses every border of Rapport. */
export class AppError extends Error {
  override readonly name = 'AppError';

  constructor(
    readonly code: ErrorCode,
    /** UPPER_SNAKE_CASE, stable, for programs. */
    readonly reason: string,
    message: string,
    /** Facts that the message names, for programs; no personal data. */
    readonly metadata: Readonly<Record<string, string>> = {},
    /** The fields at fault, all of them at once. */
    readonly violations: readonly FieldViolation[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

const FAULTS: ReadonlySet<ErrorCode> = new Set(['INTERNAL', 'UNAVAILABLE', 'DEADLINE_EXCEEDED', 'UNIMPLEMENTED']);

/** Whether an error is a failure of ours; a refusal is an answer like any other. */
export function isFault(error: unknown): boolean {
  return !(error instanceof AppError) || FAULTS.has(error.code);
}
