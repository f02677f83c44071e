import type { FigureGroup } from '../figures/figure-row.js';

const MOST_SLICES = 200;

/**
 * Figures read from the table, kept for the version of the data that they were
 * asked at: whoever asks the same of the same version shares one query.
 */
export class FreeSlices {
  private readonly slices = new Map<
    string,
    { readonly version: string; readonly groups: Promise<readonly FigureGroup[]> }
  >();

  read(key: string, version: string, query: () => Promise<readonly FigureGroup[]>): Promise<readonly FigureGroup[]> {
    const known = this.slices.get(key);
    if (known?.version === version) return known.groups;
    const made = { version, groups: query() };
    this.slices.delete(key);
    this.slices.set(key, made);
    // A failure is told to those who wait and then forgotten.
    made.groups.catch(() => this.slices.get(key) === made && this.slices.delete(key));
    for (const oldest of this.slices.keys()) {
      if (this.slices.size <= MOST_SLICES) break;
      this.slices.delete(oldest);
    }
    return made.groups;
  }
}
