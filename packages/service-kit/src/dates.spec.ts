import { describe, expect, it } from '@jest/globals';
import { isTimeZone, localDate } from './dates.js';

describe('localDate', () => {
  it.each([
    ['2026-01-31T22:30:00Z', 'Europe/Kyiv', '2026-02-01'],
    ['2026-01-31T22:30:00Z', 'UTC', '2026-01-31'],
    ['2026-03-29T00:30:00Z', 'Europe/Kyiv', '2026-03-29'],
    ['2026-01-01T03:00:00Z', 'America/New_York', '2025-12-31'],
  ])('%s in %s is %s', (at, zone, expected) => {
    expect(localDate(new Date(at), zone)).toEqual({ value: expected });
  });
});

describe('isTimeZone', () => {
  it.each([
    ['Europe/Kyiv', true],
    ['UTC', true],
    ['Europe/Atlantis', false],
    ['+02:00', false],
    ['', false],
  ])('%j: %s', (name, expected) => {
    expect(isTimeZone(name)).toBe(expected);
  });
});
