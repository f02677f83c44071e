import { AMOUNT_HIGH, COUNT, MARGIN_COUNT, MARGIN_HIGH, sameSums, SUMS, takeUnits, WIDTH } from './cube-cells.js';
import type { Cube } from './cube.js';

/** Stands between differences of large cubes: here somebody else may run. */
export const PAUSE = Symbol('pause');

const CELLS_AT_ONCE = 5_000;
const NO_SUMS = new Float64Array(SUMS);

/** The cells in which two cubes differ, described, with pauses between. */
export function* cubeDifferences(here: Cube, there: Cube): Generator<string | typeof PAUSE> {
  for (const [cell, twin] of twins(here, there)) {
    const [mine, theirs] = [sumsOf(here, cell), sumsOf(there, twin)];
    if (!sameSums(mine, 0, theirs, 0)) yield `${keysOf(here, cell)}: ${inWords(mine)} here, ${inWords(theirs)} there`;
    if (cell % CELLS_AT_ONCE === CELLS_AT_ONCE - 1) yield PAUSE;
  }
  for (const [cell, twin] of twins(there, here)) {
    const theirs = sumsOf(there, cell);
    if (twin === -1 && !sameSums(theirs, 0, NO_SUMS, 0))
      yield `${keysOf(there, cell)}: nothing here, ${inWords(theirs)} there`;
    if (cell % CELLS_AT_ONCE === CELLS_AT_ONCE - 1) yield PAUSE;
  }
}

/** Each cell of one cube with the index of the cell of the same keys in another; -1 where there is none. */
function* twins(from: Cube, to: Cube): Generator<[cell: number, twin: number]> {
  const codeThere = from.books.map((book, index) =>
    Int32Array.from(book.values, (value) => to.books[index]!.find(value) ?? -1),
  );
  const codes = new Int32Array(WIDTH);
  for (let cell = 0; cell < from.cells.length; cell++) {
    for (let index = 0; index < WIDTH; index++)
      codes[index] = codeThere[index]![from.cells.codes[cell * WIDTH + index]!]!;
    yield [cell, codes.includes(-1) ? -1 : to.cells.find(codes)];
  }
}

function sumsOf({ cells }: Cube, cell: number): Float64Array {
  return cell === -1 ? NO_SUMS : cells.sums.subarray(cell * SUMS, (cell + 1) * SUMS);
}

function keysOf({ books, cells }: Cube, cell: number): string {
  return books.map((book, index) => book.values[cells.codes[cell * WIDTH + index]!]).join('|');
}

function inWords(sums: Float64Array): string {
  if (sameSums(sums, 0, NO_SUMS, 0)) return 'nothing';
  return `${sums[COUNT]} deals, amount ${takeUnits(sums, AMOUNT_HIGH)}, margin ${takeUnits(sums, MARGIN_HIGH)} of ${sums[MARGIN_COUNT]}`;
}
