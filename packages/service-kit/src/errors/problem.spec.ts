import { describe, expect, it } from '@jest/globals';
import { AppError, type ErrorCode } from './app-error.js';
import { httpStatusOf, toProblem } from './problem.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';

describe('a problem', () => {
  it('has these members and no others', () => {
    const error = new AppError('INVALID_ARGUMENT', 'INVALID_REQUEST', 'The request is not valid.', { secret: 'fact' }, [
      { field: 'requests[3].deal.amount.currency_code', description: 'Must be a code.', reason: 'string.pattern' },
      { field: 'order_by', description: 'Field "x" does not exist.' },
    ]);
    expect(toProblem(error, TRACE)).toEqual({
      status: 400,
      headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
      body: {
        type: 'about:blank',
        title: 'Bad Request',
        status: 400,
        reason: 'INVALID_REQUEST',
        detail: 'The request is not valid.',
        errors: [
          { field: 'requests[3].deal.amount.currencyCode', description: 'Must be a code.', reason: 'string.pattern' },
          { field: 'orderBy', description: 'Field "x" does not exist.', reason: 'INVALID_REQUEST' },
        ],
        traceId: TRACE,
      },
    });
  });

  it('leaves alone the keys that administrators chose', () => {
    const fields = ['deal.attributes.roof_type', 'attributes["side_door"]', 'deal.custom_attributes_note'];
    const error = new AppError(
      'INVALID_ARGUMENT',
      'INVALID_REQUEST',
      'x',
      {},
      fields.map((field) => ({ field, description: '' })),
    );
    expect(toProblem(error, TRACE).body.errors?.map(({ field }) => field)).toEqual([
      'deal.attributes.roof_type',
      'attributes["side_door"]',
      'deal.customAttributesNote',
    ]);
  });

  it('tells nothing of an error that nobody foresaw', () => {
    const { status, body } = toProblem(new Error('password of Olena'), TRACE);
    expect(status).toBe(500);
    expect(body).toEqual({
      type: 'about:blank',
      title: 'Internal Server Error',
      status: 500,
      reason: 'INTERNAL',
      detail: 'Something went wrong on our side.',
      traceId: TRACE,
    });
  });

  it.each<[ErrorCode, string, number]>([
    ['INVALID_ARGUMENT', 'INVALID_FILTER', 400],
    ['UNAUTHENTICATED', 'TOKEN_EXPIRED', 401],
    ['PERMISSION_DENIED', 'ROW_READ_ONLY', 403],
    ['NOT_FOUND', 'DEAL_NOT_FOUND', 404],
    ['ALREADY_EXISTS', 'NAME_TAKEN', 409],
    ['FAILED_PRECONDITION', 'DEAL_NOT_OPEN', 409],
    ['ABORTED', 'RETRY', 409],
    ['ABORTED', 'STALE_ETAG', 412],
    ['INVALID_ARGUMENT', 'REQUEST_ID_REUSED', 422],
    ['INVALID_ARGUMENT', 'UNPROCESSABLE_FILE', 422],
    ['RESOURCE_EXHAUSTED', 'TOO_LARGE', 413],
    ['FAILED_PRECONDITION', 'ETAG_REQUIRED', 428],
    ['RESOURCE_EXHAUSTED', 'TOO_MANY_REQUESTS', 429],
    ['UNAVAILABLE', 'DATABASE_UNAVAILABLE', 503],
    ['DEADLINE_EXCEEDED', 'STATEMENT_TIMEOUT', 504],
    ['INTERNAL', 'INTERNAL', 500],
  ])('has for %s/%s the status %i', (code, reason, status) => {
    expect(httpStatusOf(new AppError(code, reason, 'x'))).toBe(status);
  });

  it('says when to come back, and how to authenticate', () => {
    expect(toProblem(new AppError('UNAVAILABLE', 'X', 'x', { retryAfter: '3' }), TRACE).headers).toMatchObject({
      'retry-after': '3',
    });
    expect(toProblem(new AppError('RESOURCE_EXHAUSTED', 'X', 'x', { retryAfter: '9' }), TRACE).headers).toMatchObject({
      'retry-after': '9',
    });
    expect(toProblem(new AppError('NOT_FOUND', 'X', 'x', { retryAfter: '9' }), TRACE).headers).not.toHaveProperty(
      'retry-after',
    );
    expect(toProblem(new AppError('UNAUTHENTICATED', 'X', 'x'), TRACE).headers).toMatchObject({
      'www-authenticate': 'Bearer',
    });
  });
});
