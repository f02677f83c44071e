import type { Sql } from '../../events/sql.js';

export interface DepartmentNode {
  readonly id: string;
  readonly parentId: string | null;
}

/** Where the tree comes from: the kit's copy, or contacts' own table. */
export type DepartmentSource = (sql: Sql) => Promise<DepartmentNode[]>;

export const departmentCopy: DepartmentSource = (sql) =>
  sql<DepartmentNode>`select id::text as id, parent_id::text as "parentId" from kit.department_copy`;

/** A department made elsewhere is below its parents here after at most this long. */
const MAX_AGE_MS = 5_000;

/** The company's departments, held in memory: they are few, and every query of scope `department` asks. */
export class DepartmentTree {
  private children: ReadonlyMap<string, readonly string[]> = new Map();
  private loadedAt = -Infinity;
  private loading: Promise<void> | undefined;

  constructor(
    private readonly sql: Sql,
    private readonly source: DepartmentSource,
  ) {}

  /** The departments named and all below them. */
  async withBelow(ids: readonly string[]): Promise<string[]> {
    if (performance.now() - this.loadedAt > MAX_AGE_MS)
      await (this.loading ??= this.load().finally(() => (this.loading = undefined)));
    const found = new Set<string>();
    const open = [...ids];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (found.has(id)) continue;
      found.add(id);
      open.push(...(this.children.get(id) ?? []));
    }
    return [...found];
  }

  /** The tree has changed in this process: ask again next time. */
  invalidate(): void {
    this.loadedAt = -Infinity;
  }

  private async load(): Promise<void> {
    const began = performance.now();
    const children = new Map<string, string[]>();
    for (const { id, parentId } of await this.source(this.sql)) {
      if (parentId !== null) children.set(parentId, [...(children.get(parentId) ?? []), id]);
    }
    this.children = children;
    this.loadedAt = began;
  }
}
