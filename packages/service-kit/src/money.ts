/**
 * # money: exact amounts
 *
 * `Money` is an amount with its currency, for rules: exact decimals, no floats,
 * and two currencies never meet. On the wire it is `rapport.type.v1.Money`, in
 * the database `numeric(19,4)` beside a `char(3)`.
 *
 * What this sub-path promises
 * - Nothing is rounded unless `roundToMinorUnit` is called; that rounds half
 *   away from zero to the currency's own number of places (ISO 4217).
 * - An operation on two currencies throws `CURRENCY_MISMATCH`.
 * - `toProto` writes the canonical decimal that the contract demands.
 */
import Big from 'big.js';
import type { Money as MoneyMessage } from '@rapport/contracts/rapport/type/v1/type';
import { AppError } from './errors.js';

/** Places that the contract and the database keep. */
const STORED_PLACES = 4;

/** A decimal as a database driver, a message or a rule may hand it over. */
export type DecimalLike = string | number | { toString(): string };

export class Money {
  private constructor(
    private readonly value: Big,
    readonly currencyCode: string,
  ) {}

  static of(amount: DecimalLike, currencyCode: string): Money {
    return new Money(new Big(amount.toString()), currencyCode);
  }

  static zero(currencyCode: string): Money {
    return Money.of('0', currencyCode);
  }

  static fromProto(message: MoneyMessage): Money;
  static fromProto(message: MoneyMessage | undefined): Money | undefined;
  static fromProto(message: MoneyMessage | undefined): Money | undefined {
    return message && Money.of(message.amount, message.currencyCode);
  }

  /** Sum of amounts of one currency. */
  static sum(amounts: Iterable<Money>, currencyCode: string): Money {
    let total = Money.zero(currencyCode);
    for (const amount of amounts) total = total.plus(amount);
    return total;
  }

  plus(other: Money): Money {
    return new Money(this.value.plus(this.same(other)), this.currencyCode);
  }

  minus(other: Money): Money {
    return new Money(this.value.minus(this.same(other)), this.currencyCode);
  }

  times(factor: DecimalLike): Money {
    return new Money(this.value.times(factor.toString()), this.currencyCode);
  }

  /** Half away from zero, to the currency's own places: 2 for UAH, 0 for JPY. */
  roundToMinorUnit(): Money {
    return new Money(this.value.round(minorUnitPlaces(this.currencyCode), Big.roundHalfUp), this.currencyCode);
  }

  compare(other: Money): -1 | 0 | 1 {
    return this.value.cmp(this.same(other));
  }

  isZero(): boolean {
    return this.value.eq(0);
  }

  isPositive(): boolean {
    return this.value.gt(0);
  }

  /** Canonical decimal, at most four places. */
  get amount(): string {
    return canonicalDecimal(this.value.round(STORED_PLACES, Big.roundHalfUp));
  }

  toProto(): MoneyMessage {
    return { amount: this.amount, currencyCode: this.currencyCode };
  }

  private same(other: Money): Big {
    if (other.currencyCode !== this.currencyCode) {
      throw new AppError(
        'INVALID_ARGUMENT',
        'CURRENCY_MISMATCH',
        `An amount in ${other.currencyCode} cannot meet one in ${this.currencyCode}.`,
        { expected: this.currencyCode, found: other.currencyCode },
      );
    }
    return other.value;
  }
}

/** Nearly every stored decimal: a page of rows has hundreds, and parsing each shows in its cost. */
const CANONICAL = /^(?:0|-?[1-9]\d*|-?(?:0|[1-9]\d*)\.\d*[1-9])$/;

/** A decimal as the contract writes it: no exponent, no trailing zeros, no `-0`. */
export function canonicalDecimal(value: DecimalLike): string {
  const text = value.toString();
  if (CANONICAL.test(text)) return text;
  const big = new Big(text);
  return big.eq(0) ? '0' : big.toFixed();
}

const places = new Map<string, number>();

/** Number of decimal places of a currency by ISO 4217, as ICU knows them; 2 for a code it does not know. */
export function minorUnitPlaces(currencyCode: string): number {
  let known = places.get(currencyCode);
  if (known === undefined) {
    known =
      new Intl.NumberFormat('en', { style: 'currency', currency: currencyCode }).resolvedOptions()
        .maximumFractionDigits ?? 2;
    places.set(currencyCode, known);
  }
  return known;
}
