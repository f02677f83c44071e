import type { MoneyUnits } from './money-units.js';

export const OUTCOMES = ['OPEN', 'WON', 'LOST'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/**
 * What figures need to know of one deal. An empty text means "none"
 * everywhere. A deleted deal has no figure row.
 */
export interface FigureRow {
  readonly outcome: Outcome;
  readonly stage: string;
  readonly pipeline: string;
  readonly product: string;
  /** Whom the deal is credited to: the row scopes and the figures go by these three. */
  readonly manager: string;
  readonly department: string;
  readonly branch: string;
  /** `YYYY-MM-DD`. */
  readonly businessDate: string;
  /** Currency of amount and margin; empty where the amount is unknown. */
  readonly currency: string;
  readonly amount: MoneyUnits | undefined;
  readonly margin: MoneyUnits | undefined;
}

/** Figures of the deals that share keys, outcome and currency. */
export interface FigurePart {
  readonly outcome: Outcome;
  readonly currency: string;
  readonly count: number;
  readonly amount: MoneyUnits;
  /** Sum over the deals whose margin is known, and how many they are. */
  readonly margin: MoneyUnits;
  readonly marginCount: number;
}

/** Figures of one combination of keys. */
export interface FigureGroup {
  /** One value for each dimension asked for, in that order. */
  readonly keys: readonly string[];
  /** By outcome and currency, each combination once, none of them empty. */
  readonly parts: readonly FigurePart[];
}

/** What figures can be grouped by. */
export type GroupDimension =
  'outcome' | 'stage' | 'pipeline' | 'product' | 'manager' | 'department' | 'branch' | 'month' | 'quarter' | 'year';

/** The period that a business date (or a month, `YYYY-MM`) falls into. */
export function periodOf(date: string, period: 'month' | 'quarter' | 'year'): string {
  if (date === '' || period === 'month') return date.slice(0, 7);
  const year = date.slice(0, 4);
  if (period === 'year') return year;
  return `${year}-Q${Math.ceil(Number(date.slice(5, 7)) / 3)}`;
}

const ORDER_OF_OUTCOME = new Map<string, string>(OUTCOMES.map((name, index) => [name, String(index)]));

/**
 * Orders groups by their keys, dimension by dimension: outcomes as a deal goes
 * through them, everything else by value, and "none" after all others.
 */
export function orderGroups(groups: FigureGroup[], groupBy: readonly GroupDimension[]): FigureGroup[] {
  const rank = (value: string, dimension: GroupDimension | undefined): string =>
    dimension === 'outcome' ? (ORDER_OF_OUTCOME.get(value) ?? value) : value;
  return groups.sort((a, b) => {
    for (const [index, dimension] of groupBy.entries()) {
      const left = a.keys[index] ?? '';
      const right = b.keys[index] ?? '';
      if (left === right) continue;
      if (left === '') return 1;
      if (right === '') return -1;
      return rank(left, dimension) < rank(right, dimension) ? -1 : 1;
    }
    return 0;
  });
}

/** Orders the parts of one group and drops the empty ones. */
export function orderParts(parts: FigurePart[]): FigurePart[] {
  return parts
    .filter((part) => part.count > 0)
    .sort(
      (a, b) =>
        OUTCOMES.indexOf(a.outcome) - OUTCOMES.indexOf(b.outcome) ||
        (a.currency < b.currency ? -1 : a.currency > b.currency ? 1 : 0),
    );
}
