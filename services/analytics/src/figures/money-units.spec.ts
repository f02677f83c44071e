import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatMoneyUnits, parseMoneyUnits, percentHalfUp } from './money-units.js';

describe('money units', () => {
  it.each([
    ['0', 0n],
    ['12', 120_000n],
    ['-0.5', -5_000n],
    ['999999999999999.9999', 9_999_999_999_999_999_999n],
  ])('reads %s and writes it back', (text, units) => {
    expect(parseMoneyUnits(text)).toBe(units);
    expect(formatMoneyUnits(units)).toBe(text);
  });

  it('reads the trailing zeros that the engine writes', () => {
    expect(parseMoneyUnits('1054.0000')).toBe(10_540_000n);
  });

  it.each(['', '1e3', '1.23456', ' 1', '--1', '1.'])('refuses %p', (text) => {
    expect(() => parseMoneyUnits(text)).toThrow(RangeError);
  });

  it('keeps every amount through a round trip', () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 30n), 10n ** 30n), (units) => {
        expect(parseMoneyUnits(formatMoneyUnits(units))).toBe(units);
      }),
    );
  });
});

describe('percentHalfUp', () => {
  it.each([
    [4238n, 6711n, '63.15'],
    [1n, 8n, '12.5'],
    [1n, 1n, '100'],
    [0n, 7n, '0'],
    [1n, 20_000n, '0.01'], // exactly half a hundredth rounds up
    [-1n, 20_000n, '-0.01'],
    [3n, -2n, '-150'],
  ])('%d of %d is %s', (part, whole, expected) => {
    expect(percentHalfUp(part, whole)).toBe(expected);
  });

  it('is absent where there is nothing to divide by', () => {
    expect(percentHalfUp(1n, 0n)).toBeUndefined();
  });
});
