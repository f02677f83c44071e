import { invalidFilter, type CheckedFilter, type FieldRef, type FilterValue } from '@rapport/service-kit/filter';
import type { CubeDimension } from '../figures/cube-cells.js';
import type { CubePredicate } from '../figures/cube-predicate.js';
import { OUTCOMES } from '../figures/figure-row.js';

type Comparison = Extract<CheckedFilter, { kind: 'compare' }>;

/** Which dimension of the cube a field of DealFact is; the others are only in the table. */
const CUBE_FIELDS: Readonly<Record<string, CubeDimension>> = {
  outcome: 'outcome',
  stage_id: 'stage',
  pipeline_id: 'pipeline',
  product_id: 'product',
  manager_id: 'manager',
  department_id: 'department',
  branch_id: 'branch',
  business_date: 'period',
  'amount.currency_code': 'currency',
};

/** A field of DealFact by the name that both translations know it by. */
export function factName(field: FieldRef): string {
  return field.path.join('.');
}

/**
 * The filter as a predicate on cells, or undefined where it names what no cube
 * holds: then the table answers.
 */
export function cubePredicate(filter: CheckedFilter): CubePredicate | undefined {
  if (filter.kind === 'and' || filter.kind === 'or') {
    const parts = filter.terms.map((term) => cubePredicate(term));
    return parts.every((part) => part !== undefined) ? { kind: filter.kind, of: parts } : undefined;
  }
  const dimension = CUBE_FIELDS[factName(filter.field)];
  if (dimension === undefined || filter.field.attribute !== undefined) return undefined;
  if (filter.kind === 'present') {
    return { kind: 'test', dimension, test: (value) => (value !== '') !== filter.negated };
  }
  const wanted = comparand(filter);
  const matches = textComparison(filter.operator, wanted);
  const test = (value: string): boolean => (value !== '' && matches(value)) !== filter.negated;
  const exact = filter.operator === '=' && !filter.negated && !hasStar(wanted);
  return {
    kind: 'test',
    dimension,
    test,
    ...(exact ? { members: [String(wanted.value)] } : {}),
    ...(dimension === 'period' ? { days: 'each' as const } : {}),
  };
}

/**
 * The value that a comparison compares with. Outcomes are written with or
 * without their prefix and must be one of the three.
 */
export function comparand({ field, operator, value }: Comparison): FilterValue {
  if (factName(field) !== 'outcome' || value.type !== 'text') return value;
  const plain = value.value.replace(/^OUTCOME_/, '');
  if (operator === '=' && !hasStar(value) && !(OUTCOMES as readonly string[]).includes(plain)) {
    throw invalidFilter(`"outcome" compares with one of ${OUTCOMES.join(', ')}, not with "${value.value}"`, 0);
  }
  return { ...value, value: plain };
}

export function hasStar(value: FilterValue): boolean {
  return value.type === 'text' && (value.leadingStar || value.trailingStar);
}

function textComparison(operator: Comparison['operator'], value: FilterValue): (text: string) => boolean {
  const wanted = String(value.value);
  const lower = wanted.toLowerCase();
  switch (operator) {
    case '=': {
      // A pattern knows no case, as everywhere.
      const [leading, trailing] = value.type === 'text' ? [value.leadingStar, value.trailingStar] : [false, false];
      if (leading && trailing) return (text) => text.toLowerCase().includes(lower);
      if (leading) return (text) => text.toLowerCase().endsWith(lower);
      if (trailing) return (text) => text.toLowerCase().startsWith(lower);
      return (text) => text === wanted;
    }
    case '<':
      return (text) => text < wanted;
    case '<=':
      return (text) => text <= wanted;
    case '>':
      return (text) => text > wanted;
    case '>=':
      return (text) => text >= wanted;
    case 'has':
      return (text) => text.toLowerCase().includes(lower);
  }
}
