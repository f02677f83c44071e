// Brings the databases of the named services to the present schema: the kit's own tables, then the service's.
//   DATABASE_OWNER_URL_DEALS=… DATABASE_URL_DEALS=… node scripts/migrate.ts deals
// The owner's address migrates; the other one only tells which role the service runs as, and so what to grant to whom.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { migrate } from '@rapport/service-kit/migrate';
import { projectFolder } from '@rapport/test-kit/servers/tool-paths';
import { migrationTargets } from './launch/migration-targets.ts';

/** The service's own migrations; the kit adds its own. */
const directoriesOf = (service: string): string[] =>
  [join(projectFolder, 'services', service, 'prisma/migrations')].filter((folder) => existsSync(folder));

try {
  const targets = migrationTargets(process.argv.slice(2), process.env);
  const done = await Promise.all(
    targets.map(async ({ service, ownerUrl, appRole }) => {
      const { applied } = await migrate({ ownerUrl, appRole, directories: directoriesOf(service) });
      return `${service}: ${applied.length === 0 ? 'up to date' : applied.join(', ')}`;
    }),
  );
  console.log(done.join('\n'));
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
// Prisma's schema engine leaves a timer of ten seconds behind, for a lock that it has long since given back.
process.exit();
