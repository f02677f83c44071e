import { describe, expect, it } from '@jest/globals';
import { figureEtag, matchesIfNoneMatch, resourceEtag, versionFromIfMatch } from './preconditions.js';

const refusal = (header: string): string => {
  try {
    return `version ${versionFromIfMatch(header, 'acc')}`;
  } catch (error) {
    return (error as { reason: string }).reason;
  }
};

describe('preconditions', () => {
  it.each([
    ['"7.acc"', 'version 7'],
    [' "7.acc" ', 'version 7'],
    ['"6.other", "7.acc"', 'version 7'],
    ['"7.other"', 'STALE_ETAG'],
    ['W/"7.acc"', 'STALE_ETAG'],
    ['"6.acc", "7.acc"', 'STALE_ETAG'],
    ['"7"', 'version 7'],
    ['"7", "7.acc"', 'STALE_ETAG'],
    ['*', 'ETAG_REQUIRED'],
    ['7.acc', 'INVALID_REQUEST'],
    ['"7.acc', 'INVALID_REQUEST'],
    ['', 'INVALID_REQUEST'],
  ])('If-Match %s: %s', (header, expected) => expect(refusal(header)).toBe(expected));

  it('asks for no version where there is no header', () =>
    expect(versionFromIfMatch(undefined, 'acc')).toBeUndefined());

  it('compares If-None-Match weakly', () => {
    const etag = resourceEtag('7', 'acc');
    expect(etag).toBe('"7.acc"');
    expect(matchesIfNoneMatch('"1.acc", W/"7.acc"', etag)).toBe(true);
    expect(matchesIfNoneMatch('"7.other"', etag)).toBe(false);
    expect(matchesIfNoneMatch('*', etag)).toBe(true);
    expect(matchesIfNoneMatch(undefined, etag)).toBe(false);
  });

  it('names a figure by everything it depends on, and by where each part ends', () => {
    expect(figureEtag(['ab', 'c'])).not.toBe(figureEtag(['a', 'bc']));
    expect(figureEtag(['ab', 'c'])).toBe(figureEtag(['ab', 'c']));
  });
});
