import { AppError } from '@rapport/service-kit/errors';
import type { CheckedFilter } from '@rapport/service-kit/filter';
import { businessDateBetween, oneOf, type CubePredicate } from '../figures/cube-predicate.js';
import { OUTCOMES, type GroupDimension, type Outcome } from '../figures/figure-row.js';
import { cubePredicate } from './fact-filter.js';
import { filterSql, Parameters, type BoundSql } from './fact-filter-sql.js';
import { scopePredicate, type FigureScope } from './figure-scope.js';

/** All that decides which deals a figure is made of and how they are grouped. */
export interface FigureCut {
  readonly scope: FigureScope;
  /** The filter as it was written: with what it means to this caller it is one thing, see `cutKey`. */
  readonly filterText: string;
  readonly filter: CheckedFilter | undefined;
  readonly from: string;
  readonly to: string;
  readonly outcome?: Outcome;
  readonly groupBy: readonly GroupDimension[];
}

/**
 * Names a cut: two with the same key have the same figures. A filter's text is
 * enough, for names that a caller may not read were refused before, and those
 * he may read mean the same to all.
 */
export function cutKey({ scope, filterText, from, to, outcome, groupBy }: FigureCut): string {
  return JSON.stringify([scope, filterText, from, to, outcome ?? '', groupBy]);
}

/** The cut as a predicate on cells; undefined where no cube can answer. */
export function cutPredicate(cut: FigureCut): CubePredicate | undefined {
  const filter = cut.filter === undefined ? [] : [cubePredicate(cut.filter)];
  const parts = [
    scopePredicate(cut.scope),
    businessDateBetween(cut.from, cut.to),
    ...(cut.outcome === undefined ? [] : [oneOf('outcome', [cut.outcome])]),
    ...filter,
  ];
  return parts.every((part) => part !== undefined) ? { kind: 'and', of: parts } : undefined;
}

const SCOPE_COLUMNS = { manager: 'manager_id', department: 'department_id', branch: 'branch_id' } as const;

/** The same cut as a condition on the table `deal`. */
export function cutSql(cut: FigureCut): BoundSql {
  const parameters = new Parameters();
  const terms: string[] = [];
  if (cut.scope.kind === 'among') {
    terms.push(
      `has(${parameters.bind('Array(String)', [...cut.scope.values])}, ${SCOPE_COLUMNS[cut.scope.dimension]})`,
    );
  }
  if (cut.from !== '') terms.push(`ifNull(business_date >= ${parameters.bind('Date32', cut.from)}, false)`);
  if (cut.to !== '') terms.push(`ifNull(business_date <= ${parameters.bind('Date32', cut.to)}, false)`);
  if (cut.outcome !== undefined) terms.push(`outcome = ${parameters.bind('String', cut.outcome)}`);
  if (cut.filter !== undefined) terms.push(filterSql(cut.filter, parameters));
  return { text: terms.length === 0 ? '1' : terms.join(' AND '), parameters: parameters.values };
}

/** Refuses an interval that ends before it begins, or a day that does not exist. */
export function checkInterval(from: string, to: string): void {
  for (const [field, day] of [
    ['from', from],
    ['to', to],
  ] as const) {
    if (day !== '' && !isDay(day)) {
      const description = `"${day}" is not an existing day from 1900-01-01 to 2199-12-31.`;
      throw new AppError('INVALID_ARGUMENT', 'INVALID_REQUEST', `The request is not valid: ${description}`, {}, [
        { field, description, reason: 'local_date' },
      ]);
    }
  }
  if (from !== '' && to !== '' && from > to) {
    const description = `The interval ends (${to}) before it begins (${from}).`;
    throw new AppError('INVALID_ARGUMENT', 'DATES_REVERSED', description, { from, to }, [
      { field: 'to', description, reason: 'DATES_REVERSED' },
    ]);
  }
}

function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text) && text >= '1900' && text < '2200';
}

/** The three outcomes, as they are shown. */
export const OUTCOME_NAMES: Readonly<Record<Outcome, string>> = Object.fromEntries(
  OUTCOMES.map((name) => [name, name.charAt(0) + name.slice(1).toLowerCase()]),
) as Record<Outcome, string>;
