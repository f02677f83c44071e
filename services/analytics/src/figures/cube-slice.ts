import {
  addSums,
  AMOUNT_HIGH,
  COUNT,
  CUBE_DIMENSIONS,
  CURRENCY,
  MARGIN_COUNT,
  MARGIN_HIGH,
  OUTCOME,
  SUMS,
  takeUnits,
  WIDTH,
  CodeBook,
} from './cube-cells.js';
import { compilePredicate, type CellTest, type CubePredicate } from './cube-predicate.js';
import { cellDimension, type Cube } from './cube.js';
import {
  orderGroups,
  orderParts,
  periodOf,
  type FigureGroup,
  type GroupDimension,
  type Outcome,
} from './figure-row.js';

interface LiveGroup {
  readonly codes: readonly number[];
  /** Sums by outcome and currency, keyed by `outcome code * CURRENCIES + currency code`. */
  readonly parts: Map<number, Float64Array>;
}

/** More than anybody reads; the answer would not fit a message either. */
export const MOST_GROUPS = 20_000;

/** A cut with more combinations of keys than `MOST_GROUPS`. */
export class TooManyGroups extends Error {
  override readonly name = 'TooManyGroups';
}

const CURRENCIES = 1024;
// Three codes below this fit into one exact number; larger ones are keyed as text.
const CODES = 2 ** 17;

/**
 * One cut of a cube that stays alive: the first read scans the cells it can
 * touch, every later one adds only the differences since. So a thousand people
 * who keep looking at their own cut cost a few differences each.
 */
export class CubeSlice {
  private readonly test: CellTest;
  private readonly mappings: GroupMapping[];
  private readonly groups = new Map<number | string, LiveGroup>();
  private seen = -1;
  private result: readonly FigureGroup[] | undefined;

  constructor(
    private readonly cube: Cube,
    private readonly predicate: CubePredicate,
    private readonly groupBy: readonly GroupDimension[],
  ) {
    this.test = compilePredicate(predicate, cube.books);
    this.mappings = groupBy.map((dimension) => new GroupMapping(cube, dimension));
  }

  /** How many combinations of keys it holds: its weight in memory. */
  get size(): number {
    return this.groups.size;
  }

  /**
   * The figures now. The same array as before as long as nothing in them changed.
   * Throws TooManyGroups.
   */
  read(): readonly FigureGroup[] {
    const { seen } = this;
    this.seen = -1; // what is left half-way is started anew
    const caughtUp = seen >= 0 && this.cube.catchUp(seen, this.take);
    if (!caughtUp) this.scan();
    this.seen = this.cube.applied;
    return (this.result ??= this.collect());
  }

  private scan(): void {
    this.groups.clear();
    this.result = undefined;
    const { cells } = this.cube;
    const lists = this.cube.candidates(this.predicate);
    if (lists === undefined) {
      for (let cell = 0; cell < cells.length; cell++) this.take(cells.codes, cell * WIDTH, cells.sums, cell * SUMS);
      return;
    }
    for (const list of lists) {
      for (const cell of list) this.take(cells.codes, cell * WIDTH, cells.sums, cell * SUMS);
    }
  }

  private readonly take = (codes: Int32Array, at: number, sums: Float64Array, start: number): void => {
    if (!this.test(codes, at)) return;
    this.result = undefined;
    const group = this.groupOf(codes, at);
    const key = codes[at + OUTCOME]! * CURRENCIES + codes[at + CURRENCY]!;
    let part = group.parts.get(key);
    if (part === undefined) {
      part = new Float64Array(SUMS);
      group.parts.set(key, part);
    }
    addSums(part, 0, sums, start);
  };

  private groupOf(codes: Int32Array, at: number): LiveGroup {
    const [first, second, third] = this.mappings;
    const a = first === undefined ? 0 : first.codeOf(codes, at);
    const b = second === undefined ? 0 : second.codeOf(codes, at);
    const c = third === undefined ? 0 : third.codeOf(codes, at);
    const key = a < CODES && b < CODES && c < CODES ? (a * CODES + b) * CODES + c : `${a}|${b}|${c}`;
    let group = this.groups.get(key);
    if (group === undefined) {
      if (this.groups.size === MOST_GROUPS) throw new TooManyGroups();
      group = { codes: [a, b, c], parts: new Map() };
      this.groups.set(key, group);
    }
    return group;
  }

  private collect(): readonly FigureGroup[] {
    const outcomes = this.cube.books[OUTCOME]!.values;
    const currencies = this.cube.books[CURRENCY]!.values;
    const found: FigureGroup[] = [];
    for (const [id, group] of this.groups) {
      const parts = orderParts(
        [...group.parts].map(([key, sums]) => ({
          outcome: outcomes[Math.floor(key / CURRENCIES)]! as Outcome,
          currency: currencies[key % CURRENCIES]!,
          count: sums[COUNT]!,
          amount: takeUnits(sums, AMOUNT_HIGH),
          margin: takeUnits(sums, MARGIN_HIGH),
          marginCount: sums[MARGIN_COUNT]!,
        })),
      );
      if (parts.length === 0) this.groups.delete(id);
      else found.push({ keys: this.mappings.map((mapping, index) => mapping.valueOf(group.codes[index]!)), parts });
    }
    return orderGroups(found, this.groupBy);
  }
}

/** From the code of a cell's dimension to the code of what it is grouped by. */
class GroupMapping {
  private readonly index: number;
  private readonly periods: CodeBook | undefined;
  private readonly known: number[] = [];

  constructor(
    private readonly cube: Cube,
    private readonly dimension: GroupDimension,
  ) {
    const cells = cellDimension(dimension);
    this.index = CUBE_DIMENSIONS.indexOf(cells);
    this.periods = cells === 'period' ? new CodeBook() : undefined;
  }

  codeOf(codes: Int32Array, at: number): number {
    const code = codes[at + this.index]!;
    if (this.periods === undefined) return code;
    let mapped = this.known[code];
    if (mapped === undefined) {
      const date = this.cube.books[this.index]!.values[code]!;
      mapped = this.periods.codeOf(periodOf(date, this.dimension as 'month' | 'quarter' | 'year'));
      this.known[code] = mapped;
    }
    return mapped;
  }

  valueOf(code: number): string {
    return (this.periods ?? this.cube.books[this.index]!).values[code]!;
  }
}
