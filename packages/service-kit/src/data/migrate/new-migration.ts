import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KIT_MIGRATIONS, migrationList } from './migrate.js';
import { NO_FILTERS, withSchemaEngine } from './schema-engine.js';

export interface NewMigrationOptions {
  /** Address of a server's maintenance database as a role that may make databases; a shadow is made there and dropped. */
  readonly serverUrl: string;
  /** Folder of the service, with `prisma/schema.prisma`. */
  readonly serviceFolder: string;
  /** What it does, snake_case, for example `add_complaint_deadline`. */
  readonly name: string;
  readonly now: Date;
}

/**
 * Writes the migration that leads from the service's migrations to its
 * `schema.prisma`, and returns its path; undefined when they agree already.
 */
export async function newMigration({
  serverUrl,
  serviceFolder,
  name,
  now,
}: NewMigrationOptions): Promise<string | undefined> {
  const migrations = join(serviceFolder, 'prisma/migrations');
  mkdirSync(migrations, { recursive: true });
  const script = await difference(serverUrl, join(serviceFolder, 'prisma/schema.prisma'), migrations);
  if (script === undefined) return undefined;
  const stamp = now.toISOString().replaceAll(/\D/g, '').slice(0, 14);
  const folder = join(migrations, `${stamp}_${name}`);
  mkdirSync(folder);
  writeFileSync(join(folder, 'migration.sql'), script);
  return join(folder, 'migration.sql');
}

async function difference(serverUrl: string, schemaFile: string, migrations: string): Promise<string | undefined> {
  const schema = { path: schemaFile, content: readFileSync(schemaFile, 'utf8') };
  return withSchemaEngine(serverUrl, schema, async (engine) => {
    const { exitCode, stdout } = await engine.diff({
      from: { tag: 'migrations', ...migrationList([KIT_MIGRATIONS, migrations]) },
      to: { tag: 'schemaDatamodel', files: [schema] },
      script: true,
      exitCode: true,
      filters: NO_FILTERS,
    });
    return exitCode === 2 && stdout ? stdout : undefined;
  });
}
