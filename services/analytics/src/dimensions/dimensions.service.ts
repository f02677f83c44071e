import { Inject, Injectable } from '@nestjs/common';
import type { ClickHouseClient } from '@clickhouse/client';
import { withEngine } from '../engine/engine-failure.js';
import { ENGINE } from '../engine/engine.js';
import type { GroupDimension } from '../figures/figure-row.js';
import { nextDimensionRow, type DimensionKind, type DimensionRow } from './dimension-row.js';

const KIND_OF: Partial<Record<GroupDimension, DimensionKind>> = {
  pipeline: 'pipeline',
  product: 'product',
  manager: 'employee',
  department: 'department',
  branch: 'branch',
};

/**
 * Names of what figures are keyed by and the tree of departments: the table
 * `dimension`, whole in memory.
 */
@Injectable()
export class Dimensions {
  /** Rises with every change: what was rendered with names is out of date then. */
  version = 0;
  private readonly rows = new Map<string, DimensionRow>();
  private readonly stageNames = new Map<string, string>();
  private readonly below = new Map<string, Set<string>>();

  constructor(@Inject(ENGINE) private readonly engine: ClickHouseClient) {}

  /** Reads the table; once, before anything is asked. */
  async load(): Promise<void> {
    const answer = await this.engine.query({
      query: `SELECT id, version, deleted, event_id, toString(occur_time) AS occur_time, kind, display_name, parent_id, branch_id, members
              FROM dimension FINAL`,
      format: 'JSONEachRow',
    });
    for (const row of await answer.json<DimensionRow>()) this.hold(row);
  }

  /** Stores the rows that are newer than what is held, and holds them. */
  async apply(rows: readonly DimensionRow[]): Promise<void> {
    const next = new Map<string, DimensionRow>();
    for (const row of rows) {
      const newer = nextDimensionRow(row, next.get(row.id) ?? this.rows.get(row.id));
      if (newer) next.set(newer.id, newer);
    }
    if (next.size === 0) return;
    await withEngine(() =>
      this.engine.insert({ table: 'dimension', values: [...next.values()], format: 'JSONEachRow' }),
    );
    for (const row of next.values()) this.hold(row);
  }

  /** What to show for a key of figures; the key itself while its name has not arrived, nothing for "none". */
  nameOf(dimension: GroupDimension, value: string): string {
    if (value === '') return '';
    if (dimension === 'stage') return this.stageNames.get(value) ?? value;
    const row = KIND_OF[dimension] === undefined ? undefined : this.rows.get(value);
    return row !== undefined && row.kind === KIND_OF[dimension] ? row.display_name : value;
  }

  /** The department and everything below it, as far as it is known. */
  withBelow(departmentId: string): readonly string[] {
    const found = new Set([departmentId]);
    for (const id of found) {
      for (const child of this.below.get(id) ?? []) found.add(child);
    }
    return [...found];
  }

  private hold(row: DimensionRow): void {
    const before = this.rows.get(row.id);
    if (before?.kind === 'department') this.below.get(before.parent_id)?.delete(row.id);
    this.rows.set(row.id, row);
    for (const { id, display_name } of row.members) this.stageNames.set(id, display_name);
    if (row.kind === 'department' && row.parent_id !== '') {
      const children = this.below.get(row.parent_id) ?? new Set();
      this.below.set(row.parent_id, children.add(row.id));
    }
    this.version++;
  }
}
