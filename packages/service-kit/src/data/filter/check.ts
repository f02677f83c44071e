import type { AppError } from '../../errors/app-error.js';
import type { CheckedFilter, FieldRef, Literal, NameText, Operator, ParsedFilter } from './ast.js';
import { type NameScope, resolveField } from './field-names.js';
import { fitLiteral } from './literals.js';
import { invalidFilter } from './parse.js';

/**
 * Resolves every name against the message as the caller sees it, fits every
 * literal to its field, and carries negation down to the leaves.
 *
 * Throws UNKNOWN_FIELD for a name that is not declared or hidden, INVALID_FILTER
 * with the position for everything else.
 */
export function checkFilter(filter: ParsedFilter, scope: NameScope): CheckedFilter {
  return check(filter, scope, false, new Set());
}

/** `currencies`: paths of the currency codes that the surrounding conjunction fixes. */
function check(
  filter: ParsedFilter,
  scope: NameScope,
  negated: boolean,
  currencies: ReadonlySet<string>,
): CheckedFilter {
  switch (filter.kind) {
    case 'not':
      return check(filter.term, scope, !negated, currencies);
    case 'or':
      return junction(
        negated ? 'and' : 'or',
        filter.terms.map((term) => check(term, scope, negated, currencies)),
      );
    case 'and': {
      const fixed = new Set([...currencies, ...filter.terms.flatMap((term) => fixedCurrency(term, scope))]);
      return junction(
        negated ? 'or' : 'and',
        filter.terms.map((term) => check(term, scope, negated, fixed)),
      );
    }
    case 'restriction':
      return leaf(filter.name, filter.operator, filter.literal, scope, negated, currencies);
  }
}

function junction(kind: 'and' | 'or', terms: readonly CheckedFilter[]): CheckedFilter {
  return { kind, terms: terms.flatMap((term) => (term.kind === kind ? term.terms : [term])) };
}

function fixedCurrency(term: ParsedFilter, scope: NameScope): string[] {
  if (term.kind !== 'restriction' || term.operator !== '=') return [];
  const field = resolveField(term.name.text, scope, 'filter');
  return isCurrencyCode(field) ? [field.path.join('.')] : [];
}

const ORDERLESS: ReadonlySet<string> = new Set(['id', 'flag', 'enum']);

const isCurrencyCode = (field: FieldRef): boolean =>
  field.fields.at(-1)?.name === 'currency_code' && field.fields.at(-1)?.parent.typeName === 'rapport.type.v1.Money';

const isMoneyAmount = (field: FieldRef): boolean =>
  field.fields.at(-1)?.name === 'amount' && field.fields.at(-1)?.parent.typeName === 'rapport.type.v1.Money';

function leaf(
  name: NameText,
  operator: Operator,
  literal: Literal,
  scope: NameScope,
  negated: boolean,
  currencies: ReadonlySet<string>,
): CheckedFilter {
  const field = resolveField(name.text, scope, 'filter');
  if (operator === ':' && literal.text === '*' && !literal.quoted) return { kind: 'present', field, negated };
  if (field.type === 'money' || field.type === 'message') {
    throw invalidFilter(`"${name.text}" is a message: compare one of its fields, or write ${name.text}:*`, name.at);
  }
  if (isMoneyAmount(field) && !currencies.has([...field.path.slice(0, -1), 'currency_code'].join('.'))) {
    throw currencyMissing(name);
  }
  // "parent_id is empty" is how a filter says that a reference or a text is absent.
  if (
    literal.text === '' &&
    (field.type === 'id' || field.type === 'text') &&
    (operator === '=' || operator === '!=')
  ) {
    return { kind: 'present', field, negated: negated === (operator === '!=') };
  }
  const value = fitLiteral(field, name, literal);
  if (operator === '!=') return { kind: 'compare', field, operator: '=', value, negated: !negated };
  if (operator === ':') {
    if (!field.repeated && field.type !== 'text')
      throw invalidFilter(`":" needs a list or a text; use = for "${name.text}"`, name.at);
    return { kind: 'compare', field, operator: 'has', value, negated };
  }
  if (field.repeated) throw invalidFilter(`"${name.text}" is a list: use ":" to ask for one of its elements`, name.at);
  if (operator !== '=' && ORDERLESS.has(field.type)) {
    throw invalidFilter(`"${name.text}" has no order: use = or !=`, name.at);
  }
  return { kind: 'compare', field, operator, value, negated };
}

function currencyMissing(name: NameText): AppError {
  const currency = name.text.replace(/amount$/, 'currency_code');
  return invalidFilter(`amounts compare within one currency only: add ${currency} = "…" by AND`, name.at);
}
