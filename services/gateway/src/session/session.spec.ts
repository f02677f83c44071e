import { describe, expect, it } from '@jest/globals';
import { safeReturnTo } from './return-to.js';
import { Sealer } from './sealing.js';

describe('return address of a login', () => {
  const origin = 'https://crm.example';

  it.each(['/', '/deals?filter=a%20b&x=1#top', '/docs', '/a//b'])('follows %s', (path) =>
    expect(safeReturnTo(path, origin)).toBe(path),
  );

  it.each([
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '\\\\evil.example',
    'javascript:alert(1)',
    'docs',
    '',
    undefined,
    ['/a'],
    '/a\r\nset-cookie: x=1',
    `/${'a'.repeat(3000)}`,
    '/ä',
  ])('does not follow %j', (path) => expect(safeReturnTo(path, origin)).toBe('/docs'));

  it('resolves dots within the origin', () => expect(safeReturnTo('/a/../../b', origin)).toBe('/b'));
});

describe('sealing', () => {
  const sealer = new Sealer('a secret of more than thirty-two characters');

  it('opens what it sealed, for the same use, in the same place', () => {
    const sealed = sealer.seal('session', { token: 't' }, 'row 1');
    expect(sealed.includes('token')).toBe(false);
    expect(sealer.open('session', sealed, 'row 1')).toEqual({ token: 't' });
    expect(sealer.open('session', sealed, 'row 2')).toBeUndefined();
    expect(sealer.open('login', sealed, 'row 1')).toBeUndefined();
    expect(new Sealer('another secret of more than thirty-two chars').open('session', sealed, 'row 1')).toBeUndefined();
    sealed[20] = (sealed[20] ?? 0) ^ 1;
    expect(sealer.open('session', sealed, 'row 1')).toBeUndefined();
    expect(sealer.open('session', Buffer.alloc(3), 'row 1')).toBeUndefined();
  });

  it('gives each session a CSRF token of its own', () => {
    const token = sealer.csrfToken('a');
    expect(sealer.isCsrfToken('a', token)).toBe(true);
    expect(sealer.isCsrfToken('b', token)).toBe(false);
    expect(sealer.isCsrfToken('a', '')).toBe(false);
  });
});
