import { AppError } from '../../errors/app-error.js';
import type { Literal, NameText, Operator, ParsedFilter } from './ast.js';

/** Bounds that keep any filter cheap to parse and to run. */
export const FILTER_LIMITS = { length: 4_000, depth: 16, restrictions: 100 } as const;

/** The refusal of a filter that cannot be understood; `at` counts characters from 0. */
export function invalidFilter(sentence: string, at: number): AppError {
  const description = `${sentence} (at character ${at + 1})`;
  return new AppError('INVALID_ARGUMENT', 'INVALID_FILTER', `The filter is not valid: ${description}.`, {}, [
    { field: 'filter', description, reason: 'INVALID_FILTER' },
  ]);
}

/**
 * Parses an AIP-160 filter; undefined for an empty one.
 *
 * `AND` binds looser than `OR`, as AIP-160 says: `a = 1 AND b = 2 OR c = 3` is
 * `a = 1 AND (b = 2 OR c = 3)`. Terms side by side are joined by `AND`.
 * `field = ("x" OR "y")` lists values. Bare literals and functions are refused:
 * nothing here would answer them.
 */
export function parseFilter(text: string): ParsedFilter | undefined {
  if (text.length > FILTER_LIMITS.length) {
    throw invalidFilter(`longer than ${FILTER_LIMITS.length} characters`, FILTER_LIMITS.length);
  }
  return new Parser(text).parse();
}

const OPERATORS: readonly Operator[] = ['!=', '<=', '>=', '=', '<', '>', ':'];
const NAME = /[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*/y;
const BARE_VALUE = /[^\s()"']+/y;
const SPACE = /\s*/y;

class Parser {
  private at = 0;
  private depth = 0;
  private restrictions = 0;

  constructor(private readonly text: string) {}

  parse(): ParsedFilter | undefined {
    this.skipSpace();
    if (this.atEnd()) return undefined;
    const filter = this.conjunction();
    if (!this.atEnd()) throw invalidFilter(`unexpected "${this.text[this.at]}"`, this.at);
    return filter;
  }

  private conjunction(): ParsedFilter {
    const terms = [this.disjunction()];
    while (!this.atEnd() && this.text[this.at] !== ')') {
      this.keyword('AND');
      terms.push(this.disjunction());
    }
    return terms.length === 1 ? terms[0]! : { kind: 'and', terms };
  }

  private disjunction(): ParsedFilter {
    const terms = [this.term()];
    while (this.keyword('OR')) terms.push(this.term());
    return terms.length === 1 ? terms[0]! : { kind: 'or', terms };
  }

  private term(): ParsedFilter {
    if (this.keyword('NOT')) return { kind: 'not', term: this.nested(() => this.term()) };
    if (this.text[this.at] === '-') {
      this.advance(1);
      return { kind: 'not', term: this.nested(() => this.term()) };
    }
    if (this.text[this.at] === '(') {
      this.advance(1);
      const inner = this.nested(() => this.conjunction());
      this.expect(')');
      return inner;
    }
    return this.restriction();
  }

  private restriction(): ParsedFilter {
    const name = this.name();
    const operator = OPERATORS.find((candidate) => this.text.startsWith(candidate, this.at));
    if (!operator) {
      throw invalidFilter(`expected one of = != < <= > >= : after "${name.text}"`, this.at);
    }
    this.advance(operator.length);
    if (this.text[this.at] !== '(') return this.compare(name, operator, this.literal());
    if (operator !== '=' && operator !== ':') throw invalidFilter(`a list of values needs = or :`, this.at);
    this.advance(1);
    const terms = [this.compare(name, operator, this.literal())];
    while (this.keyword('OR')) terms.push(this.compare(name, operator, this.literal()));
    this.expect(')');
    return terms.length === 1 ? terms[0]! : { kind: 'or', terms };
  }

  private compare(name: NameText, operator: Operator, literal: Literal): ParsedFilter {
    this.restrictions += 1;
    if (this.restrictions > FILTER_LIMITS.restrictions) {
      throw invalidFilter(`more than ${FILTER_LIMITS.restrictions} comparisons`, literal.at);
    }
    return { kind: 'restriction', name, operator, literal };
  }

  private name(): NameText {
    const at = this.at;
    const text = this.match(NAME);
    if (text === undefined) {
      throw invalidFilter(this.atEnd() ? 'expected a field name, found the end' : 'expected a field name', at);
    }
    return { text, at };
  }

  private literal(): Literal {
    const at = this.at;
    const quote = this.text[at];
    if (quote === '"' || quote === "'") return { text: this.quoted(quote), quoted: true, at };
    const text = this.match(BARE_VALUE);
    if (text === undefined) throw invalidFilter('expected a value', at);
    return { text, quoted: false, at };
  }

  /** Keeps a backslash before `*`, so that the checker can tell a star meant literally. */
  private quoted(quote: string): string {
    const start = this.at;
    let value = '';
    for (let at = start + 1; at < this.text.length; at += 1) {
      const character = this.text[at]!;
      if (character === quote) {
        this.advance(at + 1 - start);
        return value;
      }
      if (character === '\\' && at + 1 < this.text.length) {
        at += 1;
        value += this.text[at] === '*' ? '\\*' : this.text[at];
      } else value += character;
    }
    throw invalidFilter('the quotation is not closed', start);
  }

  private nested<T>(parse: () => T): T {
    this.depth += 1;
    if (this.depth > FILTER_LIMITS.depth)
      throw invalidFilter(`nested deeper than ${FILTER_LIMITS.depth} levels`, this.at);
    const result = parse();
    this.depth -= 1;
    return result;
  }

  private keyword(word: 'AND' | 'OR' | 'NOT'): boolean {
    const end = this.at + word.length;
    if (!this.text.startsWith(word, this.at) || !/^[\s(]?$/.test(this.text.charAt(end))) return false;
    this.advance(word.length);
    return true;
  }

  private expect(character: string): void {
    if (this.text[this.at] !== character) throw invalidFilter(`expected "${character}"`, this.at);
    this.advance(1);
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.advance(found.length);
    return found;
  }

  private advance(count: number): void {
    this.at += count;
    this.skipSpace();
  }

  private skipSpace(): void {
    SPACE.lastIndex = this.at;
    this.at += SPACE.exec(this.text)?.[0].length ?? 0;
  }

  private atEnd(): boolean {
    return this.at >= this.text.length;
  }
}
