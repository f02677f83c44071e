import type { CubeDimension } from './cube-cells.js';
import type { CubePredicate } from './cube-predicate.js';
import type { Cube } from './cube.js';
import type { FigureRow, GroupDimension } from './figure-row.js';

/**
 * What cubes may leave out, the whole first. Where the whole would be too large
 * the others stand in for it: no report that people open every day asks for
 * product and stage of each employee at once.
 */
export const ROLL_UPS: readonly (readonly CubeDimension[])[] = [
  [],
  ['product'],
  ['stage'],
  ['manager'],
  ['product', 'stage'],
];

/**
 * Which roll-ups to keep, by how many cells (with months for periods) each
 * would have: the whole where it fits into `most` cells, else all that do.
 */
export function rollUpsWithin(most: number, cellsByMonth: readonly number[]): (readonly CubeDimension[])[] {
  const fitting = ROLL_UPS.filter((_, index) => (cellsByMonth[index] ?? 0) <= most);
  return fitting[0]?.length === 0 ? [fitting[0]] : fitting;
}

/** Several cubes over the same deals; the smallest that can tell a cut answers it. */
export class CubeSet {
  readonly cubes: readonly Cube[];

  constructor(cubes: readonly Cube[]) {
    this.cubes = [...cubes].sort((left, right) => left.cells.length - right.cells.length);
  }

  apply(before: FigureRow | undefined, after: FigureRow | undefined): void {
    for (const cube of this.cubes) cube.apply(before, after);
  }

  find(predicate: CubePredicate, groupBy: readonly GroupDimension[]): Cube | undefined {
    return this.cubes.find((cube) => cube.canTell(predicate, groupBy));
  }
}
