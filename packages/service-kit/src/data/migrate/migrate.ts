import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { MigrationList } from '@prisma/schema-engine-wasm';
import pg from 'pg';
import { grantApp } from './grants.js';
import { NO_FILTERS, withSchemaEngine } from './schema-engine.js';

export interface MigrateOptions {
  /** Address of the database as the role that owns it. */
  readonly ownerUrl: string;
  /** Role that the service runs as; it gets its rights anew each time. */
  readonly appRole: string;
  /** Folders of migrations of the service, for example `services/deals/prisma/migrations`. The kit's own come with them. */
  readonly directories: readonly string[];
}

/** The kit's own migrations. */
export const KIT_MIGRATIONS = join(import.meta.dirname, '../../../migrations');

/** Any number will do, as long as every process takes the same one. */
const LOCK = 7_270_736_910;

/**
 * Brings a service's database up to date and gives the app role its rights.
 * Any number of processes may do it at once: one works, the others wait and
 * find it done. Returns the names of the migrations applied by this call.
 */
export async function migrate({ ownerUrl, appRole, directories }: MigrateOptions): Promise<{ applied: string[] }> {
  const client = new pg.Client({ connectionString: ownerUrl, application_name: 'rapport-migrate' });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    const applied = await withSchemaEngine(ownerUrl, undefined, async (engine) => {
      const migrationsList = migrationList([KIT_MIGRATIONS, ...directories]);
      return (await engine.applyMigrations({ migrationsList, filters: NO_FILTERS })).appliedMigrationNames;
    });
    await grantApp(client, appRole);
    return { applied };
  } finally {
    await client.end(); // and with it the lock
  }
}

/** All migrations of several folders, by name: a migration's name begins with its time. */
export function migrationList(directories: readonly string[]): MigrationList {
  const found = [...new Set(directories)].flatMap((directory) =>
    readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => ({ name: entry.name, file: join(directory, entry.name, 'migration.sql') })),
  );
  found.sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    baseDir: directories[0]!,
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: found.map(({ name, file }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: readFileSync(file, 'utf8') } },
    })),
  };
}
