import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inheritedEnvironment } from '@rapport/test-kit/config';
import { projectFolder } from '@rapport/test-kit/servers/tool-paths';
import { type GatewayUnderTest, type World, createWorld, startGateway, startService } from './gateway-under-test.js';

// That the OpenAPI page is good is for programs to say that nobody here wrote: a linter, and a client generator whose
// client then works.

const run = promisify(execFile);
const bin = (name: string): string => join(projectFolder, 'node_modules/.bin', name);

let world: World;
let gateway: GatewayUnderTest;
let contacts: Awaited<ReturnType<typeof startService>>;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rapport-client-'));
  world = await createWorld();
  contacts = await startService(world, 'contacts');
  gateway = await startGateway(world, { CONTACTS_URL: contacts.address });
  for (const role of ['seller', 'accountant']) await world.person(role, [role]);
}, 180_000);

afterAll(async () => {
  await gateway?.stop();
  await contacts?.process.stop();
  await world?.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** The page as this person gets it, in a file. */
async function page(username: string): Promise<string> {
  const headers = { authorization: `Bearer ${await world.token(username)}` };
  const file = join(folder, `${username}.json`);
  writeFileSync(file, await (await fetch(`${gateway.url}/openapi.json`, { headers })).text());
  return file;
}

describe('the OpenAPI page', () => {
  it.each(['admin', 'importer', 'seller', 'accountant'])(
    'of %s passes the linter',
    async (username) => {
      const file = await page(username);
      const { stdout } = await run(bin('redocly'), ['lint', '--format', 'json', file], {
        cwd: folder,
        env: { ...inheritedEnvironment(), REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
      });
      expect(JSON.parse(stdout)).toMatchObject({ totals: { errors: 0 } });
      // A schema is named for what it is, not by a count that moves with every new field.
      const { components } = JSON.parse(readFileSync(file, 'utf8')) as { components: { schemas: object } };
      expect(Object.keys(components.schemas).filter((name) => /\d$/.test(name))).toEqual([]);
    },
    60_000,
  );

  it('gives a client that works', async () => {
    const client = join(folder, 'client');
    const config = {
      input: await page('seller'),
      output: { path: client, importFileExtension: '.ts' },
      plugins: ['@hey-api/client-fetch', '@hey-api/sdk', '@hey-api/typescript'],
    };
    // The generator reads its settings from a module and loads itself from the project.
    symlinkSync(join(projectFolder, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'openapi-ts.config.mjs'), `export default ${JSON.stringify(config)};\n`);
    await run(bin('openapi-ts'), ['--file', 'openapi-ts.config.mjs'], { cwd: folder });
    writeFileSync(join(folder, 'use.mts'), USE);
    const { stdout } = await run(process.execPath, ['use.mts', gateway.url, await world.token('seller')], {
      cwd: folder,
    });
    expect(JSON.parse(stdout)).toEqual({
      made: 'Гастроном',
      changed: 'Супермаркет',
      version: '2',
      listed: 1,
      refused: 'COUNTERPARTY_NOT_FOUND',
    });
  });
});

/** A program that knows the generated client and nothing else of us. */
const USE = `
import { client } from './client/client.gen.ts';
import { createCounterparty, getCounterparty, listCounterparties, updateCounterparty } from './client/sdk.gen.ts';

const [, , baseUrl, token] = process.argv;
client.setConfig({ baseUrl, auth: token });
const made = await createCounterparty({ body: { displayName: 'Гастроном', kinds: ['KIND_CLIENT'] } });
if (!made.data) throw new Error(JSON.stringify(made.error));
const path = { counterpartyId: made.data.id };
const changed = await updateCounterparty({
  path,
  headers: { 'If-Match': made.response.headers.get('etag') ?? '' },
  body: { displayName: 'Супермаркет', note: null },
});
const list = await listCounterparties({ query: { filter: 'displayName = "Супермаркет"', pageSize: 10 } });
const refused = await getCounterparty({ path: { counterpartyId: '01981111-0000-7000-8000-999999999999' } });
console.log(JSON.stringify({
  made: made.data.displayName,
  changed: changed.data?.displayName,
  version: changed.data?.etag,
  listed: list.data?.counterparties.length,
  refused: refused.error?.reason,
}));
`;
