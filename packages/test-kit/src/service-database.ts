import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { migrate } from '@rapport/service-kit/migrate';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { testServers } from './config.js';
import { dropDatabase, ensureServiceDatabase } from './servers/databases.js';
import { projectFolder } from './servers/tool-paths.js';

/** A service's database for one suite, migrated, with its two roles. */
export class TestDatabase {
  private constructor(
    /** As the role that the service runs as. */
    readonly appUrl: string,
    /** As the owner, to look at what no service may. */
    readonly owner: pg.Pool,
    private readonly name: string,
    private readonly roles: string[],
  ) {}

  /** Of a service by its folder's name; of the kit's tables alone without one. */
  static async make(service?: string): Promise<TestDatabase> {
    const { superuserUrl } = testServers().postgres;
    const name = `test_${service ?? 'kit'}_${uuidv7().replaceAll('-', '').slice(-20)}`;
    const [ownerRole, appRole] = [`${name}_owner`, `${name}_app`];
    const { ownerUrl, appUrl } = await ensureServiceDatabase(
      superuserUrl,
      { database: name, ownerRole, appRole },
      { owner: 'o', app: 'a' },
    );
    const own = join(projectFolder, 'services', service ?? '', 'prisma/migrations');
    await migrate({ ownerUrl, appRole, directories: service !== undefined && existsSync(own) ? [own] : [] });
    const owner = new pg.Pool({ connectionString: ownerUrl, max: 4 });
    owner.on('error', () => {}); // an idle connection may learn of the end of its database before its own
    return new TestDatabase(appUrl, owner, name, [ownerRole, appRole]);
  }

  async rows<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.owner.query<Row>(text, values)).rows;
  }

  async drop(): Promise<void> {
    await this.owner.end();
    await dropDatabase(testServers().postgres.superuserUrl, this.name, this.roles);
  }
}
