import { describe, expect, it } from '@jest/globals';
import { AppError } from '../errors.js';
import { PoisonError, describeFailure, failureKind } from './failure.js';

const withCode = (code: string): Error => Object.assign(new Error('refused'), { code });

describe('failureKind', () => {
  it.each([
    ['a poison error', new PoisonError('no such currency'), 'poison'],
    ['a refused request', new AppError('INVALID_ARGUMENT', 'INVALID_REQUEST', 'no'), 'poison'],
    ['a reference not yet copied', new AppError('NOT_FOUND', 'NOT_FOUND', 'no'), 'unknown'],
    ['a service that is away', new AppError('UNAVAILABLE', 'UNAVAILABLE', 'no'), 'transient'],
    ['a refused connection', withCode('ECONNREFUSED'), 'transient'],
    ['a database that is shutting down', withCode('57P01'), 'transient'],
    ['a deadlock below a wrapper', new Error('query failed', { cause: withCode('40P01') }), 'transient'],
    ['a bug', new TypeError('x is undefined'), 'unknown'],
    ['something thrown that is no error', 'oops', 'unknown'],
  ])('%s', (_, error, kind) => {
    expect(failureKind(error)).toBe(kind);
  });

  it('describes the chain of causes', () => {
    expect(describeFailure(new Error('outer', { cause: new TypeError('inner') }))).toBe(
      'Error: outer\ncaused by TypeError: inner',
    );
  });
});
