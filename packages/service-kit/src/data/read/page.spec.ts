import { describe, expect, it } from '@jest/globals';
import type { OrderKey } from './order.js';
import { afterKeys, clampPageSize, PageTokens } from './page.js';

const key = (name: string, direction: 'asc' | 'desc', nullable = false): OrderKey => ({
  column: { name, type: name === 'time' ? 'timestamptz' : 'text', nullable },
  direction,
});
const tokens = new PageTokens('a secret');
const keys = [key('time', 'desc'), key('id', 'desc')];
const token = tokens.make(keys, { time: new Date('2026-01-01T00:00:00.123Z'), id: 'x', other: 1 }, ['me', 'filter']);

describe('PageTokens', () => {
  it('reads what it made', () => {
    expect(tokens.read(token, keys, ['me', 'filter'])).toEqual(['2026-01-01T00:00:00.123Z', 'x']);
  });

  it.each([
    ['another caller', token, ['you', 'filter']],
    ['another filter', token, ['me', 'other']],
    ['parts run together', token, ['mefilter', '']],
    ['another body', token.replace(/^./, 'X'), ['me', 'filter']],
    ['no signature', token.split('.')[0]!, ['me', 'filter']],
    ['something else', 'nonsense', ['me', 'filter']],
    ['more than a token', `${token}.x`, ['me', 'filter']],
  ])('refuses %s', (_, given, bound) => {
    expect(() => tokens.read(given, keys, bound)).toThrow(expect.objectContaining({ reason: 'INVALID_PAGE_TOKEN' }));
  });

  it('refuses another process’s secret', () => {
    expect(() => new PageTokens('another').read(token, keys, ['me', 'filter'])).toThrow();
  });
});

describe('afterKeys', () => {
  it('goes on after equal values by the next key', () => {
    expect(afterKeys([key('name', 'asc'), key('id', 'asc')], ['n', 'x'])).toEqual({
      OR: [{ AND: [{ name: { gt: 'n' } }] }, { AND: [{ name: 'n' }, { id: { gt: 'x' } }] }],
    });
  });

  it.each([
    ['ascending, nulls are still to come', 'asc', 'n', [{ AND: [{ OR: [{ name: { gt: 'n' } }, { name: null }] }] }]],
    ['ascending, after the first null only nulls', 'asc', null, []],
    ['descending, nulls have been', 'desc', 'n', [{ AND: [{ name: { lt: 'n' } }] }]],
    ['descending, after the nulls come the others', 'desc', null, [{ AND: [{ name: { not: null } }] }]],
  ] as const)('%s', (_, direction, value, expected) => {
    const { OR } = afterKeys([key('name', direction, true), key('id', direction)], [value, 'x']) as { OR: unknown[] };
    expect(OR.slice(0, -1)).toEqual(expected);
    expect(OR.at(-1)).toMatchObject({ AND: [{ name: value }, { id: expect.anything() }] });
  });
});

describe('clampPageSize', () => {
  it.each([
    [0, 50],
    [7, 7],
    [5_000, 1_000],
  ])('%i becomes %i', (asked, expected) => {
    expect(clampPageSize(asked)).toBe(expected);
  });
});
