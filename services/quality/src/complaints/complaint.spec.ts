import { describe, expect, it } from '@jest/globals';
import { Complaint_State } from '@rapport/contracts/rapport/quality/v1/complaint';
import { assertReceived, close, numberOf, seriesOf, take } from './complaint.js';

const now = new Date('2026-03-02T10:00:00Z');
const inState = (state: Complaint_State) => ({ id: 'c1', state });

describe('assertReceived', () => {
  it.each([
    ['years ago', '2019-01-01T00:00:00Z'],
    ['now', '2026-03-02T10:00:00Z'],
    ['now, by a clock that is a little ahead', '2026-03-02T10:00:59Z'],
  ])('takes what was received %s', (_, time) => {
    expect(() => assertReceived(new Date(time), now, 'complaint')).not.toThrow();
  });

  it('cannot be unknown', () => {
    expect(() => assertReceived(undefined, now, 'complaint')).toThrow(
      expect.objectContaining({
        reason: 'INVALID_REQUEST',
        violations: [expect.objectContaining({ field: 'complaint.receive_time', reason: 'REQUIRED' })],
      }),
    );
  });

  it('refuses the future, and names the field', () => {
    expect(() => assertReceived(new Date('2026-03-02T10:05:00Z'), now, 'complaint')).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        reason: 'RECEIVED_IN_FUTURE',
        violations: [expect.objectContaining({ field: 'complaint.receive_time' })],
      }),
    );
  });
});

describe('the number', () => {
  it('counts within the year of receipt', () => {
    expect(seriesOf({ value: '2025-12-31' })).toBe('2025');
    expect(numberOf('2025', 14)).toBe('2025-000014');
  });

  it('goes on after a million', () => {
    expect(numberOf('2026', 1_000_000)).toBe('2026-1000000');
  });
});

describe('take', () => {
  it.each([Complaint_State.NEW, Complaint_State.IN_WORK])(
    'makes the caller the executor of a complaint in %s',
    (state) => {
      expect(take(inState(state), 'anna')).toEqual({ state: Complaint_State.IN_WORK, executorId: 'anna' });
    },
  );

  it('is refused once it is closed', () => {
    expect(() => take(inState(Complaint_State.CLOSED), 'anna')).toThrow(
      expect.objectContaining({ code: 'FAILED_PRECONDITION', reason: 'COMPLAINT_CLOSED', metadata: { id: 'c1' } }),
    );
  });

  it('is for people', () => {
    expect(() => take(inState(Complaint_State.NEW), undefined)).toThrow(
      expect.objectContaining({ code: 'FAILED_PRECONDITION', reason: 'EMPLOYEE_REQUIRED' }),
    );
  });
});

describe('close', () => {
  it.each([Complaint_State.NEW, Complaint_State.IN_WORK])('decides a complaint in %s', (state) => {
    const decided = close(inState(state), 'Повернути гроші', now);
    expect(decided).toEqual({ state: Complaint_State.CLOSED, decision: 'Повернути гроші', closeTime: now });
  });

  it('is refused the second time', () => {
    expect(() => close(inState(Complaint_State.CLOSED), 'Відмовити', now)).toThrow(
      expect.objectContaining({ code: 'FAILED_PRECONDITION', reason: 'COMPLAINT_CLOSED' }),
    );
  });
});
