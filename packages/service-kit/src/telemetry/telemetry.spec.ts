import { describe, expect, it } from '@jest/globals';
import { AppError } from '../errors/app-error.js';
import { describeError } from './error-text.js';
import { isoTime } from './iso-time.js';
import { withoutSecrets } from './redact.js';
import { withSpan } from './span.js';
import { currentTraceId, currentTraceparent, newTraceparent, runWithTraceparent, traceIdOf } from './trace-context.js';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('the trace context', () => {
  it('is empty outside of any trace', () => {
    expect([currentTraceparent(), currentTraceId()]).toEqual(['', '']);
  });

  it('follows what is awaited', async () => {
    await runWithTraceparent(TRACEPARENT, async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      expect(currentTraceparent()).toBe(TRACEPARENT);
      expect(await withSpan('inner', {}, async () => currentTraceId())).toBe('0af7651916cd43dd8448eb211c80319c');
    });
    expect(currentTraceparent()).toBe('');
  });

  it.each([undefined, '', 'nonsense', '00-00000000000000000000000000000000-b7ad6b7169203331-01', `${TRACEPARENT}-x`])(
    'begins a trace of its own for %p',
    (given) => {
      const [one, other] = [runWithTraceparent(given, currentTraceId), runWithTraceparent(given, currentTraceId)];
      expect(one).toMatch(/^[0-9a-f]{32}$/);
      expect(other).not.toBe(one);
    },
  );

  it('makes and reads a traceparent', () => {
    expect(newTraceparent()).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    expect(traceIdOf(TRACEPARENT)).toBe('0af7651916cd43dd8448eb211c80319c');
    expect(traceIdOf('nonsense')).toBe('');
  });
});

describe('a log line', () => {
  it('hides what looks like a secret, and copies nothing otherwise', () => {
    const clean = { event: 'rpc', nested: { dealId: '1' } };
    expect(withoutSecrets(clean)).toBe(clean);
    expect(withoutSecrets({ event: 'x', token: 'abc', caller: { email: 'a@b', id: '1' } })).toEqual({
      event: 'x',
      token: '[redacted]',
      caller: { email: '[redacted]', id: '1' },
    });
  });

  it('tells of an error what happened and where, and not with which data', () => {
    const cause = Object.assign(new Error('duplicate key value'), {
      code: '23505',
      detail: 'Key (email)=(olena@example.org) already exists.',
    });
    const error = Object.assign(
      new Error(
        'Invalid `prisma.person.create()` invocation:\n\n{ data: { email: "olena@example.org" } }\n\nUnique constraint failed',
        { cause },
      ),
      {
        name: 'PrismaClientKnownRequestError',
        code: 'P2002',
      },
    );
    const text = describeError(error);
    expect(text).toMatchObject({
      type: 'PrismaClientKnownRequestError',
      message: 'Unique constraint failed',
      code: 'P2002',
      cause: { code: '23505' },
    });
    expect(JSON.stringify(text)).not.toContain('olena');
    expect(text.stack).toMatch(/^\s+at /);
  });

  it('tells the reason of an error of ours', () => {
    expect(describeError(new AppError('ABORTED', 'STALE_ETAG', 'x'))).toMatchObject({
      code: 'ABORTED',
      reason: 'STALE_ETAG',
    });
    expect(describeError('text')).toEqual({ type: 'string', message: 'text' });
  });

  it('has the time in ISO 8601', () => {
    const { time } = JSON.parse(`{"x":1${isoTime()}}`) as { time: string };
    expect(new Date(time).toISOString()).toBe(time);
    expect(Math.abs(Date.parse(time) - Date.now())).toBeLessThan(1_000);
  });
});
