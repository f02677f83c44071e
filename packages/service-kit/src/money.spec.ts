import { canonicalDecimal, minorUnitPlaces, Money } from './money.js';

describe('Money', () => {
  it('adds without the errors of floats', () => {
    expect(Money.of('0.1', 'UAH').plus(Money.of('0.2', 'UAH')).amount).toBe('0.3');
  });

  it('refuses to mix currencies', () => {
    expect(() => Money.of('1', 'UAH').plus(Money.of('1', 'USD'))).toThrow('USD cannot meet one in UAH');
  });

  it.each([
    ['UAH', '2.005', '2.01'],
    ['UAH', '-2.005', '-2.01'],
    ['JPY', '10.5', '11'],
    ['TND', '1.0005', '1.001'],
  ])('rounds %s %s half away from zero to %s', (currency, amount, rounded) => {
    expect(Money.of(amount, currency).roundToMinorUnit().amount).toBe(rounded);
  });

  it('keeps a hundred billion exact', () => {
    expect(Money.of('999999999999999.9999', 'USD').times('1').amount).toBe('999999999999999.9999');
  });
});

it.each([
  ['1.5000', '1.5'],
  ['-0', '0'],
  ['1e3', '1000'],
  ['0.0000', '0'],
])('writes %s as %s', (value, canonical) => expect(canonicalDecimal(value)).toBe(canonical));

it('knows the places of currencies', () => expect(['UAH', 'JPY', 'KWD'].map(minorUnitPlaces)).toEqual([2, 0, 3]));
