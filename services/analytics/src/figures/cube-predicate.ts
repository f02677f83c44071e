import { CUBE_DIMENSIONS, type CodeBook, type CubeDimension } from './cube-cells.js';

/** Which cells belong to a slice. Tests see the value of one dimension. */
export type CubePredicate =
  | { readonly kind: 'and' | 'or'; readonly of: readonly CubePredicate[] }
  | { readonly kind: 'not'; readonly of: CubePredicate }
  | {
      readonly kind: 'test';
      readonly dimension: CubeDimension;
      readonly test: (value: string) => boolean;
      /** Set where the test is nothing but membership: the cube then need not look at other cells. */
      readonly members?: readonly string[];
      /** Of a test of periods: which days it tells apart; none where absent. */
      readonly days?: 'each' | { readonly from: string; readonly to: string };
    };

export const EVERYTHING: CubePredicate = { kind: 'and', of: [] };

/** Cells whose `dimension` is one of `values`. */
export function oneOf(dimension: CubeDimension, values: readonly string[]): CubePredicate {
  const members = new Set(values);
  return { kind: 'test', dimension, test: (value) => members.has(value), members: values };
}

/** Cells with a business date from `from` to `to`, both inclusive, either may be empty. */
export function businessDateBetween(from: string, to: string): CubePredicate {
  if (from === '' && to === '') return EVERYTHING;
  return {
    kind: 'test',
    dimension: 'period',
    days: { from, to },
    test: (period) => {
      if (period === '') return false;
      // A coarse period stands for all its days: a cube that this would cut is not asked.
      const day = period.length === 7 ? `${period}-01` : period;
      return (from === '' || day >= from) && (to === '' || day <= to);
    },
  };
}

/** A predicate made ready for flat codes; each value of a dimension is tested once. */
export type CellTest = (codes: Int32Array, start: number) => boolean;

export function compilePredicate(predicate: CubePredicate, books: readonly CodeBook[]): CellTest {
  if (predicate.kind === 'test') {
    const index = CUBE_DIMENSIONS.indexOf(predicate.dimension);
    return rememberedTest(index, books[index]!, predicate.test);
  }
  if (predicate.kind === 'not') {
    const inner = compilePredicate(predicate.of, books);
    return (codes, start) => !inner(codes, start);
  }
  const parts = flattened(predicate).map((part) => compilePredicate(part, books));
  return predicate.kind === 'and' ? allOf(parts) : oneOfTests(parts);
}

/** Its parts, with those of parts of its own kind in their place. */
function flattened({ kind, of }: CubePredicate & { kind: 'and' | 'or' }): CubePredicate[] {
  return of.flatMap((part) => (part.kind === kind ? flattened({ kind, of: part.of }) : [part]));
}

// A scan calls these a million times: the usual few parts are called without a loop.
function allOf(parts: readonly CellTest[]): CellTest {
  const [first, second, ...more] = parts;
  if (first === undefined) return () => true;
  if (second === undefined) return first;
  if (more.length === 0) return (codes, start) => first(codes, start) && second(codes, start);
  return (codes, start) => first(codes, start) && second(codes, start) && more.every((part) => part(codes, start));
}

function oneOfTests(parts: readonly CellTest[]): CellTest {
  return (codes, start) => parts.some((part) => part(codes, start));
}

const UNKNOWN = 0;
const YES = 1;
const NO = 2;

function rememberedTest(index: number, book: CodeBook, test: (value: string) => boolean): CellTest {
  let answers = new Uint8Array(Math.max(16, book.values.length));
  return (codes, start) => {
    const code = codes[start + index]!;
    if (code >= answers.length) {
      const wider = new Uint8Array(code * 2);
      wider.set(answers);
      answers = wider;
    }
    let answer = answers[code]!;
    if (answer === UNKNOWN) {
      answer = test(book.values[code]!) ? YES : NO;
      answers[code] = answer;
    }
    return answer === YES;
  };
}

/** Dimension and members of every membership test that a row must pass. */
export function requiredMembers(predicate: CubePredicate): { dimension: CubeDimension; members: readonly string[] }[] {
  if (predicate.kind === 'and') return predicate.of.flatMap(requiredMembers);
  if (predicate.kind === 'test' && predicate.members !== undefined) {
    return [{ dimension: predicate.dimension, members: predicate.members }];
  }
  return [];
}
