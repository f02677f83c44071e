import type { CubePredicate } from './cube-predicate.js';
import { CubeSlice } from './cube-slice.js';
import type { CubeSet } from './cube-set.js';
import type { FigureGroup, GroupDimension } from './figure-row.js';

const MOST_SLICES = 4_096;
const MOST_GROUPS = 400_000;

/**
 * The live slices of cubes, by a key that says all that makes them differ.
 * Bounded in number and in groups: what was asked for longest ago makes room.
 */
export class SliceStore {
  private readonly slices = new Map<string, { slice: CubeSlice; size: number }>();
  private groups = 0;

  constructor(private readonly cubes: CubeSet) {}

  /** The figures of a cut; undefined where no cube can tell them. Throws TooManyGroups. */
  read(key: string, predicate: CubePredicate, groupBy: readonly GroupDimension[]): readonly FigureGroup[] | undefined {
    const known = this.slices.get(key);
    const slice = known?.slice ?? this.sliceOf(predicate, groupBy);
    if (slice === undefined) return undefined;
    const result = slice.read();
    this.slices.delete(key);
    this.slices.set(key, { slice, size: slice.size });
    this.groups += slice.size - (known?.size ?? 0);
    this.makeRoom();
    return result;
  }

  private sliceOf(predicate: CubePredicate, groupBy: readonly GroupDimension[]): CubeSlice | undefined {
    const cube = this.cubes.find(predicate, groupBy);
    return cube && new CubeSlice(cube, predicate, groupBy);
  }

  private makeRoom(): void {
    for (const [key, { size }] of this.slices) {
      if (this.slices.size <= MOST_SLICES && (this.groups <= MOST_GROUPS || this.slices.size === 1)) return;
      this.slices.delete(key);
      this.groups -= size;
    }
  }
}
