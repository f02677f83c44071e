import type { DailyBoardRow, DealMeasures, FigureKey } from '@rapport/contracts/rapport/analytics/v1/reports_service';
import type { FigureGroup, GroupDimension } from '../figures/figure-row.js';
import { dealMeasures } from './measures.js';

/** What to show for a key of figures. */
export type KeyNames = (dimension: GroupDimension, value: string) => string;

/** The daily management board (R01) over groups that are in order already. */
export function dailyBoard(
  groups: readonly FigureGroup[],
  groupBy: readonly GroupDimension[],
  names: KeyNames,
): { rows: DailyBoardRow[]; totals: DealMeasures } {
  const rows =
    groupBy.length === 0
      ? []
      : groups.map(({ keys, parts }) => ({ keys: figureKeys(keys, groupBy, names), measures: dealMeasures(parts) }));
  return { rows, totals: dealMeasures(groups.flatMap(({ parts }) => parts)) };
}

export function figureKeys(keys: readonly string[], groupBy: readonly GroupDimension[], names: KeyNames): FigureKey[] {
  return groupBy.map((dimension, index) => {
    const value = keys[index] ?? '';
    return { dimension, value, displayName: names(dimension, value) };
  });
}
