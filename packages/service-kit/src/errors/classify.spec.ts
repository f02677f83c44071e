import { describe, expect, it } from '@jest/globals';
import { AppError } from './app-error.js';
import { asAppError } from './classify.js';

const prisma = (code: string, meta?: object) =>
  Object.assign(new Error('Invalid invocation'), { name: 'PrismaClientKnownRequestError', code, meta });

describe('asAppError', () => {
  it('leaves an AppError as it is', () => {
    const error = new AppError('NOT_FOUND', 'DEAL_NOT_FOUND', 'No such deal.');
    expect(asAppError(error)).toBe(error);
  });

  it.each([
    ['a serialization failure of pg', { code: '40001' }, 'ABORTED', 'RETRY'],
    ['a deadlock of pg', { code: '40P01' }, 'ABORTED', 'RETRY'],
    ['a write conflict of Prisma', prisma('P2034'), 'ABORTED', 'RETRY'],
    [
      'a deadlock inside a raw query',
      prisma('P2010', { driverAdapterError: { cause: { originalCode: '40P01' } } }),
      'ABORTED',
      'RETRY',
    ],
    [
      'a refused connection',
      new Error('query failed', { cause: Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }) }),
      'UNAVAILABLE',
      'DATABASE_UNAVAILABLE',
    ],
    ['a database that shuts down', { code: '57P01' }, 'UNAVAILABLE', 'DATABASE_UNAVAILABLE'],
    ['a broken connection of any kind', { code: '08006' }, 'UNAVAILABLE', 'DATABASE_UNAVAILABLE'],
    ['a pool without a free connection', prisma('P2024'), 'UNAVAILABLE', 'DATABASE_UNAVAILABLE'],
    ['a connection that ended', new Error('Connection terminated unexpectedly'), 'UNAVAILABLE', 'DATABASE_UNAVAILABLE'],
    ['a statement cut by its timeout', { code: '57014' }, 'DEADLINE_EXCEEDED', 'STATEMENT_TIMEOUT'],
  ])('recognises %s', (_, error, code, reason) => {
    expect(asAppError(error)).toMatchObject({ code, reason, cause: error });
  });

  it.each([[new TypeError('x is undefined')], [prisma('P2002')], [{ code: '23505' }], ['a string'], [undefined]])(
    'takes anything else for a defect: %p',
    (error) => {
      expect(asAppError(error)).toMatchObject({ code: 'INTERNAL', reason: 'INTERNAL' });
    },
  );

  it('ends at a chain of causes that goes in a circle', () => {
    const error = new Error('a');
    error.cause = error;
    expect(asAppError(error).code).toBe('INTERNAL');
  });
});
