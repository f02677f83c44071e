/**
 * # errors: one error type, one translation
 *
 * Code throws an `AppError` where the fact is known, with a reason that
 * programs can compare and a message that people can read. Nobody else
 * translates: `toServiceError` writes it as a gRPC status with
 * `google.rpc.ErrorInfo` and `google.rpc.BadRequest`, `fromServiceError` reads
 * it back from another service, `toProblem` writes it as RFC 9457
 * `application/problem+json`.
 *
 * What this sub-path promises
 * - An error that is no `AppError` never shows its text to a caller: it is
 *   INTERNAL/INTERNAL outside, and logged with its trace id inside.
 * - Failures of the database that a caller can act upon are recognised
 *   wherever they surface: a lost race is ABORTED/RETRY, no connection is
 *   UNAVAILABLE/DATABASE_UNAVAILABLE, a statement that took too long is
 *   DEADLINE_EXCEEDED/STATEMENT_TIMEOUT.
 * - The metadata key `retryAfter` (seconds) becomes the header `Retry-After`.
 * - A message never holds a value that the caller may not read; whoever
 *   throws is answerable for that.
 */
export { AppError, isFault, type ErrorCode, type FieldViolation } from './errors/app-error.js';
export { asAppError } from './errors/classify.js';
export { fromServiceError, toServiceError } from './errors/grpc-status.js';
export { PROBLEM_CONTENT_TYPE, httpStatusOf, toProblem, type Problem, type ProblemAnswer } from './errors/problem.js';
