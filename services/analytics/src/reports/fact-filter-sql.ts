import type { CheckedFilter, FieldRef, FilterValue } from '@rapport/service-kit/filter';
import { comparand, factName } from './fact-filter.js';

/** A piece of SQL whose every value is a bound parameter. */
export interface BoundSql {
  readonly text: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** Gives each value a parameter; the only way for a value to reach a statement. */
export class Parameters {
  readonly values: Record<string, unknown> = {};
  private count = 0;

  bind(
    type: 'String' | 'Date32' | 'Decimal(38, 9)' | 'Bool' | 'Int64' | 'Array(String)' | "DateTime64(9, 'UTC')",
    value: unknown,
  ): string {
    const name = `p${this.count++}`;
    this.values[name] = value;
    return `{${name}: ${type}}`;
  }
}

/** Columns of the table `deal` behind the fields of DealFact. Only texts of this list reach a statement as names. */
const COLUMNS: Readonly<Record<string, string>> = {
  outcome: 'outcome',
  stage_id: 'stage_id',
  pipeline_id: 'pipeline_id',
  product_id: 'product_id',
  manager_id: 'manager_id',
  department_id: 'department_id',
  branch_id: 'branch_id',
  business_date: 'business_date',
  counterparty_id: 'counterparty_id',
  amount: 'amount',
  'amount.amount': 'amount',
  'amount.currency_code': `if(isNull(amount), '', currency)`,
  margin: 'margin',
  'margin.amount': 'margin',
  'margin.currency_code': `if(isNull(margin), '', currency)`,
  attributes: `if(attributes = '{}', '', attributes)`,
};

const NULLABLE = new Set(['business_date', 'amount', 'amount.amount', 'margin', 'margin.amount']);

/**
 * The filter as a condition on the table `deal`. Two-valued, as the filter is:
 * an absent field matches no comparison and every negated one.
 */
export function filterSql(filter: CheckedFilter, parameters: Parameters): string {
  if (filter.kind === 'and' || filter.kind === 'or') {
    if (filter.terms.length === 0) return filter.kind === 'and' ? '1' : '0';
    const joined = filter.terms.map((term) => filterSql(term, parameters));
    return `(${joined.join(filter.kind === 'and' ? ' AND ' : ' OR ')})`;
  }
  const { field } = filter;
  const positive =
    filter.kind === 'present'
      ? presence(field, parameters)
      : `(${presence(field, parameters)} AND ifNull(${comparison(filter, parameters)}, false))`;
  return filter.negated ? `NOT ${positive}` : positive;
}

function presence(field: FieldRef, parameters: Parameters): string {
  if (field.attribute !== undefined) {
    const key = parameters.bind('String', field.attribute);
    // An empty text, an empty list and null are absent.
    return `(JSONHas(attributes, ${key}) AND JSONExtractRaw(attributes, ${key}) NOT IN ('null', '""', '[]'))`;
  }
  const name = factName(field);
  const column = columnOf(name);
  return NULLABLE.has(name) ? `isNotNull(${column})` : `(${column} != '')`;
}

function comparison(filter: Extract<CheckedFilter, { kind: 'compare' }>, parameters: Parameters): string {
  const { field, operator } = filter;
  const value = comparand(filter);
  if (field.attribute !== undefined && field.repeated) {
    const key = parameters.bind('String', field.attribute);
    return `has(JSONExtract(attributes, ${key}, 'Array(String)'), ${parameters.bind('String', String(value.value))})`;
  }
  const left =
    field.attribute === undefined ? columnOf(factName(field)) : attribute(field.attribute, value, parameters);
  if (value.type === 'text') return textComparison(left, operator, value, parameters);
  return `${left} ${operator === 'has' ? '=' : operator} ${bound(value, parameters)}`;
}

function textComparison(
  left: string,
  operator: string,
  value: FilterValue & { type: 'text' },
  parameters: Parameters,
): string {
  const right = parameters.bind('String', value.value);
  if (operator === 'has') return `positionCaseInsensitiveUTF8(${left}, ${right}) > 0`;
  if (operator !== '=') return `${left} ${operator} ${right}`;
  if (value.leadingStar && value.trailingStar) return `positionCaseInsensitiveUTF8(${left}, ${right}) > 0`;
  if (value.leadingStar) return `endsWith(lowerUTF8(${left}), lowerUTF8(${right}))`;
  if (value.trailingStar) return `startsWith(lowerUTF8(${left}), lowerUTF8(${right}))`;
  return `${left} = ${right}`;
}

/** An attribute as a value of its definition's type; null where it does not hold one. */
function attribute(name: string, value: FilterValue, parameters: Parameters): string {
  const key = parameters.bind('String', name);
  const text = `JSONExtractString(attributes, ${key})`;
  switch (value.type) {
    case 'flag':
      return `JSONExtractBool(attributes, ${key})`;
    case 'integer':
      return `JSONExtract(attributes, ${key}, 'Nullable(Int64)')`;
    case 'decimal':
      return `toDecimal128OrNull(${text}, 9)`;
    case 'date':
      return `toDate32OrNull(${text})`;
    case 'instant':
      return `parseDateTime64BestEffortOrNull(${text}, 9, 'UTC')`;
    case 'id':
    case 'text':
    case 'enum':
      return text;
  }
}

function bound(value: FilterValue, parameters: Parameters): string {
  switch (value.type) {
    case 'decimal':
      return parameters.bind('Decimal(38, 9)', value.value);
    case 'date':
      return parameters.bind('Date32', value.value);
    case 'instant':
      return parameters.bind("DateTime64(9, 'UTC')", value.value.toISOString().replace('T', ' ').replace('Z', ''));
    case 'flag':
      return parameters.bind('Bool', value.value);
    case 'integer':
      return parameters.bind('Int64', value.value);
    case 'id':
    case 'text':
    case 'enum':
      return parameters.bind('String', value.value);
  }
}

function columnOf(name: string): string {
  const column = COLUMNS[name];
  if (column === undefined) throw new Error(`DealFact has no column for ${name}.`);
  return column;
}
