import {
  addSums,
  AMOUNT_HIGH,
  CellStore,
  CodeBook,
  COUNT,
  CUBE_DIMENSIONS,
  MARGIN_COUNT,
  MARGIN_HIGH,
  putUnits,
  SUMS,
  WIDTH,
  type CubeDimension,
} from './cube-cells.js';
import { requiredMembers, type CubePredicate } from './cube-predicate.js';
import type { FigureRow, GroupDimension } from './figure-row.js';

/** What a cube tells apart. */
export interface CubeShape {
  /** Dimensions that its cells do not know. */
  readonly without: readonly CubeDimension[];
  /** Months (`YYYY-MM`) before this one are kept without days; empty where all days are. */
  readonly coarseBefore: string;
}

export const WHOLE: CubeShape = { without: [], coarseBefore: '' };

/** What figures are grouped by, as a dimension of cells. */
export function cellDimension(dimension: GroupDimension): CubeDimension {
  return dimension === 'month' || dimension === 'quarter' || dimension === 'year' ? 'period' : dimension;
}

const INDEXED: readonly CubeDimension[] = ['manager', 'department', 'branch'];
const LOG_LENGTH = 16_384;

/**
 * Figures of all deals in memory, kept up by differences. Cells are by day,
 * except in the months before `coarseBefore`, which have one cell for the
 * month: that bounds the memory of a long history.
 *
 * Pure: no clock, no I/O, one thread. A reader that runs between two calls
 * sees all of the first and nothing of the second.
 */
export class Cube {
  readonly books: readonly CodeBook[] = CUBE_DIMENSIONS.map(() => new CodeBook());
  readonly cells = new CellStore();
  /** How many differences were ever applied; the log holds the last of them. */
  applied = 0;
  private readonly logCodes = new Int32Array(LOG_LENGTH * WIDTH);
  private readonly logSums = new Float64Array(LOG_LENGTH * SUMS);
  private readonly cellsBy = new Map<CubeDimension, number[][]>(INDEXED.map((name) => [name, []]));
  private readonly codes = new Int32Array(WIDTH);
  private readonly sums = new Float64Array(SUMS);
  private readonly otherCodes = new Int32Array(WIDTH);

  private readonly known: readonly boolean[];

  constructor(readonly shape: CubeShape = WHOLE) {
    this.known = CUBE_DIMENSIONS.map((dimension) => !shape.without.includes(dimension));
  }

  /** Replaces what a deal contributed by what it contributes now. */
  apply(before: FigureRow | undefined, after: FigureRow | undefined): void {
    if (before) this.encode(before, this.codes);
    if (after) this.encode(after, this.otherCodes);
    if (before && after && sameCodes(this.codes, this.otherCodes)) {
      this.add(this.codes, 0, (after.amount ?? 0n) - (before.amount ?? 0n), {
        sum: (after.margin ?? 0n) - (before.margin ?? 0n),
        count: Number(after.margin !== undefined) - Number(before.margin !== undefined),
      });
      return;
    }
    if (before) {
      const known = before.margin !== undefined;
      this.add(this.codes, -1, -(before.amount ?? 0n), { sum: -(before.margin ?? 0n), count: known ? -1 : 0 });
    }
    if (after) {
      const known = after.margin !== undefined;
      this.add(this.otherCodes, 1, after.amount ?? 0n, { sum: after.margin ?? 0n, count: known ? 1 : 0 });
    }
  }

  /** Adds a cell read from the table, by the codes of its values and with amounts in their two halves. */
  load(codes: Int32Array, sums: Float64Array): void {
    this.sums.set(sums);
    this.addEntry(codes);
  }

  /** Whether its cells tell apart what a cut needs told apart. */
  canTell(predicate: CubePredicate, groupBy: readonly GroupDimension[]): boolean {
    return groupBy.every((dimension) => this.knows(cellDimension(dimension))) && this.canTest(predicate);
  }

  private canTest(predicate: CubePredicate): boolean {
    if (predicate.kind === 'not') return this.canTest(predicate.of);
    if (predicate.kind !== 'test') return predicate.of.every((part) => this.canTest(part));
    const { dimension, days } = predicate;
    if (!this.knows(dimension)) return false;
    if (days === undefined || this.shape.coarseBefore === '') return true;
    return days !== 'each' && !this.cutsCoarseMonth(days.from, days.to);
  }

  private knows(dimension: CubeDimension): boolean {
    return this.known[CUBE_DIMENSIONS.indexOf(dimension)]!;
  }

  private cutsCoarseMonth(from: string, to: string): boolean {
    const { coarseBefore } = this.shape;
    const cutsAtStart = from !== '' && from.slice(0, 7) < coarseBefore && !from.endsWith('-01');
    const cutsAtEnd = to !== '' && to.slice(0, 7) < coarseBefore && !isLastOfMonth(to);
    return cutsAtStart || cutsAtEnd;
  }

  /** The cells that can satisfy `predicate`, or undefined for all of them. */
  candidates(predicate: CubePredicate): readonly number[][] | undefined {
    let best: number[][] | undefined;
    let smallest = this.cells.length;
    for (const { dimension, members } of requiredMembers(predicate)) {
      const lists = this.cellsBy.get(dimension);
      if (lists === undefined) continue;
      const book = this.books[CUBE_DIMENSIONS.indexOf(dimension)]!;
      const found = [...new Set(members)].flatMap((member) => {
        const code = book.find(member);
        return code === undefined ? [] : [lists[code]!];
      });
      const size = found.reduce((sum, list) => sum + list.length, 0);
      if (best === undefined || size < smallest) [best, smallest] = [found, size];
    }
    return best;
  }

  /**
   * Shows every difference after the first `seen` to `visit`; false when the log
   * no longer holds them all and the reader must start from the cells.
   */
  catchUp(seen: number, visit: (codes: Int32Array, at: number, sums: Float64Array, start: number) => void): boolean {
    if (this.applied - seen > LOG_LENGTH) return false;
    for (let index = seen; index < this.applied; index++) {
      const entry = index % LOG_LENGTH;
      visit(this.logCodes, entry * WIDTH, this.logSums, entry * SUMS);
    }
    return true;
  }

  private encode(row: FigureRow, into: Int32Array): void {
    const month = row.businessDate.slice(0, 7);
    const period = month < this.shape.coarseBefore ? month : row.businessDate;
    for (let index = 0; index < WIDTH; index++) {
      const dimension = CUBE_DIMENSIONS[index]!;
      const value = dimension === 'period' ? period : row[dimension];
      into[index] = this.books[index]!.codeOf(this.known[index] ? value : '');
    }
  }

  private add(codes: Int32Array, count: number, amount: bigint, margin: { sum: bigint; count: number }): void {
    if (count === 0 && amount === 0n && margin.sum === 0n && margin.count === 0) return;
    this.sums[COUNT] = count;
    this.sums[MARGIN_COUNT] = margin.count;
    putUnits(this.sums, AMOUNT_HIGH, amount);
    putUnits(this.sums, MARGIN_HIGH, margin.sum);
    this.addEntry(codes);
  }

  /** Adds what stands in `sums`. */
  private addEntry(codes: Int32Array): void {
    const known = this.cells.length;
    const cell = this.cells.cellOf(codes);
    if (cell === known) this.index(cell, codes);
    addSums(this.cells.sums, cell * SUMS, this.sums, 0);

    const entry = this.applied % LOG_LENGTH;
    this.logCodes.set(codes, entry * WIDTH);
    this.logSums.set(this.sums, entry * SUMS);
    this.applied++;
  }

  private index(cell: number, codes: Int32Array): void {
    for (const [dimension, lists] of this.cellsBy) {
      const code = codes[CUBE_DIMENSIONS.indexOf(dimension)]!;
      (lists[code] ??= []).push(cell);
    }
  }
}

function sameCodes(left: Int32Array, right: Int32Array): boolean {
  for (let index = 0; index < WIDTH; index++) {
    if (left[index] !== right[index]) return false;
  }
  return true;
}

function isLastOfMonth(date: string): boolean {
  const next = new Date(`${date}T00:00:00Z`);
  next.setUTCDate(next.getUTCDate() + 1);
  return next.getUTCDate() === 1;
}
