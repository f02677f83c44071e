/**
 * Money as a whole number of ten-thousandths of its currency: exact, and as
 * wide as `numeric(19,4)` and any sum of it.
 */
export type MoneyUnits = bigint;

const PLACES = 4;
const SCALE = 10n ** BigInt(PLACES);
const DECIMAL = /^(-?)(\d+)(?:\.(\d{1,4})0*)?$/;

/** Reads a plain decimal with at most four significant places. */
export function parseMoneyUnits(text: string): MoneyUnits {
  const match = DECIMAL.exec(text);
  if (!match) throw new RangeError(`Not an amount of at most ${PLACES} places: ${text}`);
  const [, sign, whole = '0', fraction = ''] = match;
  const units = BigInt(whole) * SCALE + BigInt(fraction.padEnd(PLACES, '0'));
  return sign === '-' ? -units : units;
}

/** Writes the canonical decimal of `rapport.type.v1.Money`. */
export function formatMoneyUnits(units: MoneyUnits): string {
  const size = units < 0n ? -units : units;
  const fraction = (size % SCALE).toString().padStart(PLACES, '0').replace(/0+$/, '');
  return `${units < 0n ? '-' : ''}${size / SCALE}${fraction === '' ? '' : `.${fraction}`}`;
}

/**
 * `part / whole` in percent, rounded half up (away from zero for negative
 * results, so that a loss and a gain of the same size look alike) to two
 * places, as a canonical decimal; undefined when there is nothing to divide by.
 */
export function percentHalfUp(part: bigint, whole: bigint): string | undefined {
  if (whole === 0n) return undefined;
  const negative = part < 0n !== whole < 0n && part !== 0n;
  const numerator = (part < 0n ? -part : part) * 10_000n;
  const denominator = whole < 0n ? -whole : whole;
  const hundredths = (2n * numerator + denominator) / (2n * denominator);
  return formatMoneyUnits((negative ? -hundredths : hundredths) * 100n);
}
