import type { MoneyUnits } from './money-units.js';

/** Dimensions of a cell, in the order of its codes. */
export const CUBE_DIMENSIONS = [
  'outcome',
  'currency',
  'stage',
  'pipeline',
  'product',
  'manager',
  'department',
  'branch',
  'period',
] as const;
export type CubeDimension = (typeof CUBE_DIMENSIONS)[number];
export const WIDTH = CUBE_DIMENSIONS.length;
export const OUTCOME = CUBE_DIMENSIONS.indexOf('outcome');
export const CURRENCY = CUBE_DIMENSIONS.indexOf('currency');

// Columns of the sums. An amount is two doubles, `high * SUM_BASE + low` with
// |low| < SUM_BASE: exact far beyond numeric(19,4) and without an allocation per
// addition, which is what makes a scan of a million cells affordable.
export const COUNT = 0;
export const AMOUNT_HIGH = 1;
export const AMOUNT_LOW = 2;
export const MARGIN_HIGH = 3;
export const MARGIN_LOW = 4;
export const MARGIN_COUNT = 5;
export const SUMS = 6;
export const SUM_BASE = 1_000_000_000;
const BIG_BASE = BigInt(SUM_BASE);

/** Writes `units` into two columns. */
export function putUnits(sums: Float64Array, high: number, units: MoneyUnits): void {
  sums[high] = Number(units / BIG_BASE);
  sums[high + 1] = Number(units % BIG_BASE);
}

/** Reads the units of two columns. */
export function takeUnits(sums: Float64Array, high: number): MoneyUnits {
  return BigInt(sums[high]!) * BIG_BASE + BigInt(sums[high + 1]!);
}

/** Adds one entry's sums to another's, carrying between the halves of amounts. */
export function addSums(into: Float64Array, at: number, from: Float64Array, start: number): void {
  into[at + COUNT]! += from[start + COUNT]!;
  into[at + MARGIN_COUNT]! += from[start + MARGIN_COUNT]!;
  addHalves(into, at + AMOUNT_HIGH, from, start + AMOUNT_HIGH);
  addHalves(into, at + MARGIN_HIGH, from, start + MARGIN_HIGH);
}

function addHalves(into: Float64Array, at: number, from: Float64Array, start: number): void {
  const low = into[at + 1]! + from[start + 1]!;
  const carry = Math.trunc(low / SUM_BASE);
  into[at]! += from[start]! + carry;
  into[at + 1] = low - carry * SUM_BASE;
}

/** Whether two entries hold the same figures, however their halves are split. */
export function sameSums(left: Float64Array, at: number, right: Float64Array, start: number): boolean {
  if (left[at + COUNT] !== right[start + COUNT] || left[at + MARGIN_COUNT] !== right[start + MARGIN_COUNT])
    return false;
  return [AMOUNT_HIGH, MARGIN_HIGH].every(
    (column) => takeUnits(left, at + column) === takeUnits(right, start + column),
  );
}

/** The values that one dimension has had, each with a small whole number. */
export class CodeBook {
  private readonly codes = new Map<string, number>();
  readonly values: string[] = [];

  codeOf(value: string): number {
    let code = this.codes.get(value);
    if (code === undefined) {
      code = this.values.length;
      this.values.push(value);
      this.codes.set(value, code);
    }
    return code;
  }

  find(value: string): number | undefined {
    return this.codes.get(value);
  }
}

/** Cells by their codes: flat columns and an open-addressing index over them. */
export class CellStore {
  length = 0;
  codes = new Int32Array(WIDTH * 1024);
  sums = new Float64Array(SUMS * 1024);
  private slots = new Int32Array(2048).fill(-1);

  /** Index of the cell with these codes, made when it is not there. */
  cellOf(codes: Int32Array): number {
    const mask = this.slots.length - 1;
    let slot = hash(codes, 0) & mask;
    for (let cell = this.slots[slot]!; cell !== -1; cell = this.slots[slot]!) {
      if (this.has(cell, codes)) return cell;
      slot = (slot + 1) & mask;
    }
    const cell = this.length++;
    this.slots[slot] = cell;
    if (cell * WIDTH >= this.codes.length) this.widen();
    this.codes.set(codes, cell * WIDTH);
    if (this.length * 2 > this.slots.length) this.rehash();
    return cell;
  }

  /** Index of the cell with these codes; -1 when there is none. */
  find(codes: Int32Array): number {
    const mask = this.slots.length - 1;
    let slot = hash(codes, 0) & mask;
    for (let cell = this.slots[slot]!; cell !== -1; cell = this.slots[slot]!) {
      if (this.has(cell, codes)) return cell;
      slot = (slot + 1) & mask;
    }
    return -1;
  }

  private has(cell: number, codes: Int32Array): boolean {
    const start = cell * WIDTH;
    for (let index = 0; index < WIDTH; index++) {
      if (this.codes[start + index] !== codes[index]) return false;
    }
    return true;
  }

  private widen(): void {
    const codes = new Int32Array(this.codes.length * 2);
    codes.set(this.codes);
    this.codes = codes;
    const sums = new Float64Array(this.sums.length * 2);
    sums.set(this.sums);
    this.sums = sums;
  }

  private rehash(): void {
    this.slots = new Int32Array(this.slots.length * 2).fill(-1);
    const mask = this.slots.length - 1;
    for (let cell = 0; cell < this.length; cell++) {
      let slot = hash(this.codes, cell * WIDTH) & mask;
      while (this.slots[slot] !== -1) slot = (slot + 1) & mask;
      this.slots[slot] = cell;
    }
  }
}

function hash(codes: Int32Array, start: number): number {
  let mixed = 0x811c9dc5;
  for (let index = 0; index < WIDTH; index++) {
    mixed = Math.imul(mixed ^ codes[start + index]!, 0x01000193);
    mixed ^= mixed >>> 15;
  }
  return (mixed ^ (mixed >>> 13)) & 0x7fffffff;
}
