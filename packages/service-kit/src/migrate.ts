/**
 * # migrate: a service's database, brought up to date in this process
 *
 * `migrate` applies the kit's and the service's migrations, ordered by name,
 * and gives the app role its rights. `newMigration` writes the next migration
 * from a changed `schema.prisma`.
 *
 * What this sub-path promises
 * - Needs the owner's address and nothing else: no command line, no download.
 * - Safe to run by many processes at once and again at any time.
 * - A migration file is applied whole or not at all.
 * - After it the app role may change rows, but neither the schema nor what the
 *   audit and the journal hold.
 */
export { migrate, type MigrateOptions } from './data/migrate/migrate.js';
export { newMigration, type NewMigrationOptions } from './data/migrate/new-migration.js';
