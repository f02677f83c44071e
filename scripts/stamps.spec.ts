import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { hashOf, stampOf, writeStamp } from './stamps.mjs';

describe('a stamp', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'rapport-stamps-'));
    mkdirSync(join(root, 'proto'));
    writeFileSync(join(root, 'proto/a.proto'), 'a');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('stands while contents and names stay', () => {
    const before = hashOf(root, ['proto', 'absent']);
    writeFileSync(join(root, 'proto/a.proto'), 'a');
    expect(hashOf(root, ['absent', 'proto'])).toBe(before);
  });

  it.each([
    ['a content', () => writeFileSync(join(root, 'proto/a.proto'), 'b')],
    ['a new file', () => writeFileSync(join(root, 'proto/b.proto'), '')],
    ['a removed file', () => rmSync(join(root, 'proto/a.proto'))],
  ])('falls with %s', (_what, change) => {
    const before = hashOf(root, ['proto']);
    change();
    expect(hashOf(root, ['proto'])).not.toBe(before);
  });

  it('is absent until it is written', () => {
    expect(stampOf(join(root, 'stamps'), 'generate')).toBeUndefined();
    writeStamp(join(root, 'stamps'), 'generate', 'x');
    expect(stampOf(join(root, 'stamps'), 'generate')).toBe('x');
  });
});
