import { Complaint_State } from '@rapport/contracts/rapport/quality/v1/complaint';
import { AppError } from '@rapport/service-kit/errors';

/** By so much the clock of a caller may be ahead of ours. */
const CLOCK_TOLERANCE_MS = 60_000;

/** Digits of a number within its year; more are written where a year has more. */
const DIGITS = 6;

interface Complaint {
  readonly id: string;
  readonly state: string;
}

/**
 * Checks when a complaint was received: at some time, and not in the future.
 * `at` is where the complaint stands in the request.
 *
 * @throws INVALID_ARGUMENT/INVALID_REQUEST when an update would clear it
 * @throws INVALID_ARGUMENT/RECEIVED_IN_FUTURE
 */
export function assertReceived(receiveTime: Date | undefined, now: Date, at: string): asserts receiveTime is Date {
  const field = `${at}.receive_time`;
  if (!receiveTime) {
    throw new AppError('INVALID_ARGUMENT', 'INVALID_REQUEST', 'The request is not valid.', {}, [
      { field, description: 'cannot be cleared', reason: 'REQUIRED' },
    ]);
  }
  if (receiveTime.getTime() <= now.getTime() + CLOCK_TOLERANCE_MS) return;
  throw new AppError('INVALID_ARGUMENT', 'RECEIVED_IN_FUTURE', 'A complaint is received before it is entered.', {}, [
    { field, description: 'must not be in the future', reason: 'RECEIVED_IN_FUTURE' },
  ]);
}

/** The series that a complaint's number is taken from: the year of the day on which it was received. */
export function seriesOf(businessDate: { readonly value: string }): string {
  return businessDate.value.slice(0, 4);
}

/** A complaint's number, `2026-000014`. */
export function numberOf(series: string, ordinal: number): string {
  return `${series}-${String(ordinal).padStart(DIGITS, '0')}`;
}

/**
 * Begins the work on a complaint. Somebody else may take over what is in work.
 *
 * @throws FAILED_PRECONDITION/COMPLAINT_CLOSED
 * @throws FAILED_PRECONDITION/EMPLOYEE_REQUIRED when a program takes it
 */
export function take(complaint: Complaint, employeeId: string | undefined) {
  assertOpen(complaint);
  if (employeeId === undefined) {
    throw new AppError('FAILED_PRECONDITION', 'EMPLOYEE_REQUIRED', 'Only an employee can work on a complaint.', {
      id: complaint.id,
    });
  }
  return { state: Complaint_State.IN_WORK, executorId: employeeId };
}

/** What the executor may do with his complaint, wherever it is handed over. */
export function executorOf({ executorId }: { readonly executorId: string }) {
  return { employeeId: executorId, verbs: ['read', 'update', 'close'] } as const;
}

/**
 * Decides a complaint; nobody need have taken it before.
 *
 * @throws FAILED_PRECONDITION/COMPLAINT_CLOSED
 */
export function close(complaint: Complaint, decision: string, at: Date) {
  assertOpen(complaint);
  return { state: Complaint_State.CLOSED, decision, closeTime: at };
}

function assertOpen({ id, state }: Complaint): void {
  if (state !== Complaint_State.CLOSED) return;
  throw new AppError('FAILED_PRECONDITION', 'COMPLAINT_CLOSED', 'The complaint is closed.', { id });
}
