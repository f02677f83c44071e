import type { Sql } from '../../events/sql.js';
import type { Model } from './models.js';

/** One column as PostgreSQL knows it. */
export interface Column {
  /** Name in Prisma, lowerCamelCase. */
  readonly name: string;
  /** `uuid`, `text`, `bpchar`, `int4`, `numeric`, `date`, `timestamptz`, `bool`, `jsonb`; of a list with `_` before it. */
  readonly type: string;
  readonly nullable: boolean;
}

/** The columns of the service's tables: what a filter may compare and an order may sort by. */
export class Catalogue {
  private loaded: Promise<Map<string, Map<string, Column>>> | undefined;

  constructor(private readonly sql: Sql) {}

  /** Columns of a model by their name in Prisma. */
  async columns(model: Model): Promise<ReadonlyMap<string, Column>> {
    this.loaded ??= this.load().catch((error: unknown) => {
      this.loaded = undefined;
      throw error;
    });
    const columns = (await this.loaded).get(model.table);
    if (!columns) throw new Error(`Model ${model.name} has no table "${model.table}": map it by @@map, and migrate.`);
    return columns;
  }

  private async load(): Promise<Map<string, Map<string, Column>>> {
    const rows = await this.sql<{ table: string; name: string; type: string; nullable: boolean }>`
      select table_name::text as table, column_name::text as name, udt_name::text as type, is_nullable = 'YES' as nullable
      from information_schema.columns where table_schema = 'public'`;
    const tables = new Map<string, Map<string, Column>>();
    for (const { table, name, type, nullable } of rows) {
      const columns = tables.get(table) ?? new Map<string, Column>();
      columns.set(camelCase(name), { name: camelCase(name), type, nullable });
      tables.set(table, columns);
    }
    return tables;
  }
}

export function camelCase(snake: string): string {
  return snake.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
