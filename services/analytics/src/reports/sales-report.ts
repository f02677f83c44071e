import type { SalesFigure, SalesReportRow } from '@rapport/contracts/rapport/analytics/v1/reports_service';
import type { FigureGroup, FigurePart, GroupDimension } from '../figures/figure-row.js';
import { percentHalfUp } from '../figures/money-units.js';
import { figureKeys, type KeyNames } from './daily-board.js';
import { byCurrency, countOf, money } from './measures.js';

const DAY_MS = 86_400_000;

/**
 * The interval of equal length just before, in which sales are compared;
 * undefined unless both ends are given and no row is a period itself.
 */
export function intervalBefore(
  from: string,
  to: string,
  groupBy: readonly GroupDimension[],
): { from: string; to: string } | undefined {
  if (from === '' || to === '') return undefined;
  if (groupBy.some((dimension) => dimension === 'month' || dimension === 'quarter' || dimension === 'year'))
    return undefined;
  const [first, last] = [Date.parse(from), Date.parse(to)];
  return { from: dayOf(first - (last - first + DAY_MS)), to: dayOf(first - DAY_MS) };
}

/**
 * Sales with their structure and dynamics (R15) over groups of won deals that
 * are in order already; `before` holds those of the interval to compare with.
 */
export function salesReport(
  groups: readonly FigureGroup[],
  before: readonly FigureGroup[] | undefined,
  groupBy: readonly GroupDimension[],
  names: KeyNames,
): { rows: SalesReportRow[]; totals: SalesReportRow } {
  const all = groups.flatMap(({ parts }) => parts);
  const totals = new Map(byCurrency(all).map(([currency, { amount }]) => [currency, amount]));
  const previous = before && new Map(before.map(({ keys, parts }) => [JSON.stringify(keys), parts]));
  const rows = groups.map(({ keys, parts }) => ({
    keys: figureKeys(keys, groupBy, names),
    count: countOf(parts),
    figures: salesFigures(parts, totals, previous && (previous.get(JSON.stringify(keys)) ?? [])),
  }));
  const total = {
    keys: [],
    count: countOf(all),
    figures: salesFigures(
      all,
      totals,
      before?.flatMap(({ parts }) => parts),
    ),
  };
  return { rows: groupBy.length === 0 ? [] : rows, totals: total };
}

function salesFigures(
  parts: readonly FigurePart[],
  totals: ReadonlyMap<string, bigint>,
  before: readonly FigurePart[] | undefined,
): SalesFigure[] {
  const previous = before && new Map(byCurrency(before).map(([currency, { amount }]) => [currency, amount]));
  return byCurrency(parts).map(([currencyCode, { amount, margin, marginCount }]) => {
    const past = previous && (previous.get(currencyCode) ?? 0n);
    const share = percentHalfUp(amount, totals.get(currencyCode) ?? 0n);
    // Over the size of the past sum, so that the sign says which way it went.
    const change = past === undefined ? undefined : percentHalfUp(amount - past, past < 0n ? -past : past);
    return {
      amount: money(amount, currencyCode),
      share: share === undefined ? undefined : { value: share },
      previousAmount: past === undefined ? undefined : money(past, currencyCode),
      change: change === undefined ? undefined : { value: change },
      margin: marginCount === 0 ? undefined : money(margin, currencyCode),
    };
  });
}

function dayOf(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}
