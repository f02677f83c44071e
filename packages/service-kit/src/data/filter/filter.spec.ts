import { readFileSync } from 'node:fs';
import { type DescField, type DescMessage, createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AppError } from '../../errors/app-error.js';
import type { CheckedFilter } from './ast.js';
import { checkFilter } from './check.js';
import { parseFilter } from './parse.js';

const image = readFileSync(new URL('../../../../contracts/image.binpb', import.meta.url));
const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, image));
const message = (name: string): DescMessage => registry.getMessage(name)!;

function checked(text: string, { of = 'rapport.deals.v1.Deal', hidden = [] as string[] } = {}): CheckedFilter {
  const readable = (field: DescField): boolean => !hidden.includes(field.name);
  return checkFilter(parseFilter(text)!, { message: message(of), readable });
}

function refusal(text: string, options?: Parameters<typeof checked>[1]): AppError {
  try {
    checked(text, options);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error(`${text} was accepted`);
}

/** A short spelling of a tree, so that a test shows its shape. */
function spell(filter: CheckedFilter): string {
  if (filter.kind === 'and' || filter.kind === 'or') return `(${filter.terms.map(spell).join(` ${filter.kind} `)})`;
  const field = filter.field.path.join('.');
  const not = filter.negated ? '!' : '';
  if (filter.kind === 'present') return `${not}${field}:*`;
  const { value } = filter;
  const text = value.type === 'instant' ? value.value.toISOString() : String(value.value);
  return `${not}${field} ${filter.operator} ${text}`;
}

describe('parse', () => {
  it.each([
    [
      'AND binds looser than OR',
      'outcome = WON AND note = a OR note = b',
      '(outcome = OUTCOME_WON and (note = a or note = b))',
    ],
    ['terms side by side are joined', 'note = a note = b', '(note = a and note = b)'],
    ['brackets', '(note = a AND note = b) OR note = c', '((note = a and note = b) or note = c)'],
    ['negation goes down to the leaves', 'NOT (note = a OR -note = b)', '(!note = a and note = b)'],
    ['a list of values', 'outcome = (WON OR LOST)', '(outcome = OUTCOME_WON or outcome = OUTCOME_LOST)'],
    ['both spellings of a name', 'displayName = "x" AND display_name = x', '(display_name = x and display_name = x)'],
    ['quotes', `note = 'it"s' AND note = "a \\"b\\""`, '(note = it"s and note = a "b")'],
    [
      'an instant without quotes',
      'create_time >= 2026-01-31T09:30:00+02:00',
      'create_time >= 2026-01-31T07:30:00.000Z',
    ],
    ['presence', 'close_date:* AND NOT person_id:*', '(close_date:* and !person_id:*)'],
    ['an empty reference', 'person_id = "" AND owner_id != ""', '(!person_id:* and owner_id:*)'],
    ['a wrapped value by its own name', 'close_date.value > "2026-01-01"', 'close_date > 2026-01-01'],
    ['a name that begins like a keyword', 'note = ORDER', 'note = ORDER'],
  ])('%s', (_, text, expected) => {
    expect(spell(checked(text))).toBe(expected);
  });

  it.each([
    ['', undefined],
    ['   ', undefined],
  ])('takes %j for no filter', (text, expected) => {
    expect(parseFilter(text)).toBe(expected);
  });

  it.each([
    ['note', 'expected one of = != < <= > >= : after "note" (at character 5)'],
    ['note = ', 'expected a value (at character 8)'],
    ['note = "a', 'the quotation is not closed (at character 8)'],
    ['(note = a', 'expected ")" (at character 10)'],
    ['note = a)', 'unexpected ")" (at character 9)'],
    ['note = a OR', 'expected a field name, found the end (at character 12)'],
    ['"free text"', 'expected a field name (at character 1)'],
    ['note != (a OR b)', 'a list of values needs = or : (at character 9)'],
    [`${'('.repeat(40)}note = a`, 'nested deeper than 16 levels (at character 18)'],
    [Array.from({ length: 101 }, () => 'note = a').join(' '), 'more than 100 comparisons (at character 908)'],
    ['note = a'.padEnd(4_001), 'longer than 4000 characters (at character 4001)'],
  ])('refuses a filter with its place: case %#', (text, description) => {
    expect(refusal(text)).toMatchObject({
      code: 'INVALID_ARGUMENT',
      reason: 'INVALID_FILTER',
      violations: [{ field: 'filter', description }],
    });
  });

  it('answers any text with a tree or a refusal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        try {
          parseFilter(text);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
        }
      }),
    );
  });
});

describe('check', () => {
  it.each([
    'margin.amount > 5',
    'margin:*',
    'marginn = 5',
    'amount.cents = 1',
    'attributes.colour = red',
    'NOT nothing:*',
  ])('does not know %j', (text) => {
    const name = /[a-z][a-z.]*/.exec(text.replace('NOT ', ''))![0];
    expect(refusal(text, { hidden: ['margin'] })).toMatchObject({
      code: 'INVALID_ARGUMENT',
      reason: 'UNKNOWN_FIELD',
      violations: [{ field: 'filter', description: `Field "${name}" does not exist.`, reason: 'UNKNOWN_FIELD' }],
    });
  });

  it.each([
    ['outcome = MAYBE', '"outcome" compares with one of OPEN, WON, LOST'],
    ['outcome > WON', '"outcome" has no order: use = or !='],
    ['close_date > 2026-02-30', '"close_date" compares with a day, YYYY-MM-DD'],
    ['create_time > yesterday', '"create_time" compares with an instant'],
    ['amount > 5', '"amount" is a message'],
    ['amount.amount > 5', 'amounts compare within one currency only: add amount.currency_code = "…" by AND'],
    ['amount.amount > 5 OR amount.currency_code = USD', 'amounts compare within one currency only'],
    ['amount.amount > five AND amount.currency_code = USD', '"amount.amount" compares with a decimal number'],
    ['outcome:WON', '":" needs a list or a text'],
  ])('refuses %j', (text, description) => {
    const error = refusal(text);
    expect(error.reason).toBe('INVALID_FILTER');
    expect(error.message).toContain(description);
  });

  it('compares an amount beside its currency, also from further out', () => {
    expect(spell(checked('amount.currency_code = USD AND (amount.amount >= 100.50 OR outcome = WON)'))).toBe(
      '(amount.currency_code = USD and (amount.amount >= 100.50 or outcome = OUTCOME_WON))',
    );
  });

  it('asks a list for an element', () => {
    const of = 'rapport.contacts.v1.Counterparty';
    expect(spell(checked('kinds:CLIENT phones.number:"+380"', { of }))).toBe(
      '(kinds has KIND_CLIENT and phones.number has +380)',
    );
    expect(refusal('kinds = CLIENT', { of }).message).toContain('"kinds" is a list');
  });

  it('reads stars at the ends of a text', () => {
    expect(checked('note = "*a\\*b*"')).toMatchObject({
      value: { value: 'a*b', leadingStar: true, trailingStar: true },
    });
    expect(checked('note = "a\\*"')).toMatchObject({ value: { value: 'a*', leadingStar: false, trailingStar: false } });
  });
});
