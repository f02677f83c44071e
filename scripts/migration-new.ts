// Writes the next migration of a service from its changed schema.prisma:
//   node scripts/migration-new.ts <service> <what_it_does>
// The difference is taken on a throw-away PostgreSQL server.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newMigration } from '@rapport/service-kit/migrate';
import { inheritedEnvironment } from '@rapport/test-kit/config';
import { freePort } from '@rapport/test-kit/servers/free-port';
import { postgresServer } from '@rapport/test-kit/servers/postgres';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [service = '', name = ''] = process.argv.slice(2);
const serviceFolder = join(root, 'services', service);

if (!existsSync(join(serviceFolder, 'prisma/schema.prisma')) || !/^[a-z][a-z0-9_]*$/.test(name)) {
  console.error('Usage: npm run migration:new -- <service> <what_it_does>, for example: deals add_delivery_date');
  process.exit(1);
}

const folder = mkdtempSync(join(tmpdir(), 'rapport-migration-'));
const server = await postgresServer({
  dataFolder: join(folder, 'data'),
  port: await freePort(),
  password: 'throw-away',
  logFile: join(folder, 'postgres.log'),
  pidFolder: join(folder, 'pids'),
  durable: false,
  env: inheritedEnvironment(),
});
try {
  await server.process.start();
  const serverUrl = server.superuserUrl('postgres');
  const file = await newMigration({ serverUrl, serviceFolder, name, now: new Date() });
  console.log(
    file ? `Wrote ${relative(root, file)}: read it before you commit it.` : 'schema.prisma and the migrations agree.',
  );
  const added = file
    ? [...readFileSync(file, 'utf8').matchAll(/ADD COLUMN\s+"(\w+)"[^,;]* NOT NULL(?![^,;]*DEFAULT)/g)]
    : [];
  for (const [, column] of added) {
    console.log(`Column ${column} has no value for rows that are there: make it optional, or give it @default.`);
  }
} finally {
  await server.process.stop();
  rmSync(folder, { recursive: true, force: true });
}
