import { describe, expect, it } from '@jest/globals';
import { Metadata, status } from '@grpc/grpc-js';
import { AppError } from './app-error.js';
import { fromServiceError, toServiceError } from './grpc-status.js';

const roundTrip = (error: unknown) => fromServiceError(toServiceError(error));

describe('a gRPC status', () => {
  it('carries code, reason, message, metadata and violations there and back', () => {
    const thrown = new AppError('INVALID_ARGUMENT', 'INVALID_REQUEST', 'Запит неправильний.', { dealId: '7' }, [
      { field: 'deal.amount.amount', description: 'Must be a decimal.', reason: 'string.pattern' },
      { field: 'deal.display_name', description: 'Must not be empty.' },
    ]);
    const read = roundTrip(thrown);
    expect(read).toMatchObject({ code: thrown.code, reason: thrown.reason, message: thrown.message });
    expect(read.metadata).toEqual(thrown.metadata);
    expect(read.violations).toEqual(thrown.violations);
  });

  it('shows nothing of an error that nobody foresaw', () => {
    const written = toServiceError(new Error('password of Olena Kovalenko'));
    expect(written).toMatchObject({ code: status.INTERNAL, details: 'Something went wrong on our side.' });
    expect(JSON.stringify(written.metadata.toJSON())).not.toContain(
      Buffer.from('Kovalenko').toString('base64').slice(2, 8),
    );
    expect(fromServiceError(written)).toMatchObject({ code: 'INTERNAL', reason: 'INTERNAL' });
  });

  it('keeps what fits into headers and says how much it left out', () => {
    const violations = Array.from({ length: 2_000 }, (_, index) => ({
      field: `requests[${index}].deal.display_name`,
      description: 'Must not be empty.',
    }));
    const written = toServiceError(new AppError('INVALID_ARGUMENT', 'INVALID_REQUEST', 'Many faults.', {}, violations));
    expect((written.metadata.get('grpc-status-details-bin')[0] as Buffer).length).toBeLessThan(25_000);
    const read = fromServiceError(written);
    expect(read.violations.length).toBeGreaterThan(100);
    expect(Number(read.metadata['violationsOmitted']) + read.violations.length).toBe(2_000);
  });

  it.each([
    [status.UNAVAILABLE, 'UNAVAILABLE', 'SERVICE_UNAVAILABLE'],
    [status.DEADLINE_EXCEEDED, 'DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED'],
    [status.RESOURCE_EXHAUSTED, 'RESOURCE_EXHAUSTED', 'TOO_LARGE'],
    [status.UNKNOWN, 'INTERNAL', 'INTERNAL'],
    [status.NOT_FOUND, 'INTERNAL', 'INTERNAL'],
  ])('made by gRPC itself with code %i becomes %s/%s without its text', (code, expected, reason) => {
    const foreign = Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:5000'), {
      code,
      details: 'connect ECONNREFUSED 10.0.0.7:5000',
      metadata: new Metadata(),
    });
    const read = fromServiceError(foreign);
    expect(read).toMatchObject({ code: expected, reason });
    expect(read.message).not.toContain('10.0.0.7');
  });
});
