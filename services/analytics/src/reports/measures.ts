import type { DealMeasures } from '@rapport/contracts/rapport/analytics/v1/reports_service';
import type { Money } from '@rapport/contracts/rapport/type/v1/type';
import type { FigurePart } from '../figures/figure-row.js';
import { formatMoneyUnits, percentHalfUp } from '../figures/money-units.js';

/** What is measured over the parts of one set of deals. */
export function dealMeasures(parts: readonly FigurePart[]): DealMeasures {
  const of = (outcome: FigurePart['outcome']): FigurePart[] => parts.filter((part) => part.outcome === outcome);
  const [open, won, lost] = [of('OPEN'), of('WON'), of('LOST')];
  const [openCount, wonCount, lostCount] = [countOf(open), countOf(won), countOf(lost)];
  const winRate = percentHalfUp(BigInt(wonCount), BigInt(wonCount + lostCount));
  return {
    count: openCount + wonCount + lostCount,
    amounts: moneyOf(parts),
    openCount,
    wonCount,
    lostCount,
    openAmounts: moneyOf(open),
    wonAmounts: moneyOf(won),
    winRate: winRate === undefined ? undefined : { value: winRate },
    wonMargins: byCurrency(won.filter((part) => part.marginCount > 0)).map(([currencyCode, sums]) =>
      money(sums.margin, currencyCode),
    ),
  };
}

/** Sums of the parts of one currency. */
export interface CurrencySums {
  amount: bigint;
  margin: bigint;
  marginCount: number;
}

/** Sums by currency, by code; deals without an amount have none. */
export function byCurrency(parts: readonly FigurePart[]): [currencyCode: string, sums: CurrencySums][] {
  const sums = new Map<string, CurrencySums>();
  for (const part of parts) {
    if (part.currency === '') continue;
    const sum = sums.get(part.currency) ?? { amount: 0n, margin: 0n, marginCount: 0 };
    sums.set(part.currency, sum);
    sum.amount += part.amount;
    sum.margin += part.margin;
    sum.marginCount += part.marginCount;
  }
  return [...sums].sort(([left], [right]) => (left < right ? -1 : 1));
}

export function countOf(parts: readonly FigurePart[]): number {
  return parts.reduce((sum, part) => sum + part.count, 0);
}

export function money(units: bigint, currencyCode: string): Money {
  return { amount: formatMoneyUnits(units), currencyCode };
}

function moneyOf(parts: readonly FigurePart[]): Money[] {
  return byCurrency(parts).map(([currencyCode, sums]) => money(sums.amount, currencyCode));
}
