import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { migrate } from '@rapport/service-kit/migrate';
import { testServers } from '@rapport/test-kit/config';
import { dropDatabase, ensureServiceDatabase, type ServiceDatabase } from '@rapport/test-kit/servers/databases';
import pg from 'pg';

// Real: PostgreSQL and the schema engine, as the launcher and the chart's job use them.

let folder: string;
let name: string;
let database: ServiceDatabase;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rapport-migrations-'));
  name = `test_migrate_${Date.now().toString(36)}${Math.floor(Math.random() * 1e6)}`;
  const { superuserUrl } = testServers().postgres;
  const roles = { database: name, ownerRole: `${name}_owner`, appRole: `${name}_app` };
  database = await ensureServiceDatabase(superuserUrl, roles, { owner: 'o', app: 'a' });
});
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  await dropDatabase(testServers().postgres.superuserUrl, name, [`${name}_owner`, `${name}_app`]);
});

function migration(of: string, sql: string): void {
  mkdirSync(join(folder, of));
  writeFileSync(join(folder, of, 'migration.sql'), sql);
}
const run = () => migrate({ ownerUrl: database.ownerUrl, appRole: database.appRole, directories: [folder] });

async function as(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

const FUNCTION = `create table note (id uuid primary key, text text not null);
create function shout(said text) returns text language plpgsql as $$ begin return upper(said); end; $$;`;

describe('migrate', () => {
  it('applies once, by one of many that come at once', async () => {
    migration('20260101000000_note', FUNCTION);
    const done = await Promise.all([run(), run(), run(), run()]);
    const applied = done.map((one) => one.applied).filter((names) => names.length > 0);
    expect(applied).toEqual([expect.arrayContaining(['20250101000000_kit', '20260101000000_note'])]);
    expect(applied[0]!.at(-1)).toBe('20260101000000_note');
    expect((await run()).applied).toEqual([]);
    expect(await as(database.appUrl, `select shout('функція; з крапкою') as heard`)).toEqual([
      { heard: 'ФУНКЦІЯ; З КРАПКОЮ' },
    ]);
  }, 60_000);

  it('takes a file whole or not at all, and says so until it is mended', async () => {
    migration('20260101000000_note', FUNCTION);
    migration('20260101000001_broken', 'create table half (id int); select no_such_function();');
    await expect(run()).rejects.toThrow('20260101000001_broken');
    expect(await as(database.ownerUrl, `select to_regclass('half') as half, to_regclass('note') as note`)).toEqual([
      { half: null, note: 'note' },
    ]);
    await expect(run()).rejects.toThrow('found failed migrations');
  }, 60_000);

  it('lets the app role change rows, but neither the schema nor what was written down', async () => {
    migration('20260101000000_note', FUNCTION);
    await run();
    await as(
      database.appUrl,
      `insert into note values (gen_random_uuid(), 'x'); update note set text = 'y'; delete from note;`,
    );
    const event = `insert into kit.outbox_event (event_id, aggregate_id, version, type, payload) values (gen_random_uuid(), gen_random_uuid(), 1, 't', '')`;
    const line = `insert into kit.audit_event (id, actor, client, resource, action, row_ids) values (gen_random_uuid(), 'a', 'c', 'r', 'x', '{}')`;
    await as(database.appUrl, `${event}; ${line}; update kit.outbox_event set published_at = now(), journal_seq = 1;`);
    for (const forbidden of [
      `update kit.audit_event set actor = 'somebody else'`,
      `delete from kit.audit_event`,
      `truncate kit.audit_event`,
      `update kit.outbox_event set payload = 'x'`,
      `delete from kit.outbox_event`,
      `create table mine (id int)`,
      `alter table note add column more text`,
      `drop table note`,
      `select * from _prisma_migrations`,
    ]) {
      await expect(as(database.appUrl, forbidden)).rejects.toThrow(/permission denied|must be owner/);
    }
  }, 60_000);
});
