import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '@rapport/test-kit/servers/free-port';
import { type GatewayUnderTest, type World, createWorld, startGateway, startService } from './gateway-under-test.js';

// Real: Keycloak, PostgreSQL, NATS, the gateway and analytics with its engine, over no deals at all: what is tested here
// is how figures may be kept, not what they are.

let world: World;
let gateway: GatewayUnderTest;
let analytics: Awaited<ReturnType<typeof startService>>;
let folder: string;
const tokens = new Map<string, string>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rapport-figures-'));
  world = await createWorld();
  for (const name of ['seller', 'second-seller']) await world.person(name, ['seller']);
  await world.person('head', ['department-head']);
  for (const name of ['seller', 'second-seller', 'head']) tokens.set(name, await world.token(name));
  const nowhere = `127.0.0.1:${await freePort()}`;
  analytics = await startService(world, 'analytics', {
    CLICKHOUSE_PATH: folder,
    CONTACTS_URL: nowhere,
    DEALS_URL: nowhere,
    BILLING_URL: nowhere,
  });
  gateway = await startGateway(world, { ANALYTICS_URL: analytics.address });
}, 180_000);

afterAll(async () => {
  await gateway?.stop();
  await analytics?.process.stop();
  await world?.remove();
  rmSync(folder, { recursive: true, force: true });
});

async function board(who: string, query = '', headers: Record<string, string> = {}): Promise<Response> {
  const authorization = `Bearer ${tokens.get(who) ?? ''}`;
  return fetch(`${gateway.url}/v1/reports/daily-board${query}`, { headers: { authorization, ...headers } });
}

describe('figures', () => {
  it('are kept by whoever asked, under a tag that nobody else’s answer has', async () => {
    const first = await board('seller');
    if (first.status !== 200) throw new Error(await first.text());
    expect(first.headers.get('cache-control')).toBe('private, no-cache');
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]{27}"$/);
    expect((await board('seller', '', { 'if-none-match': etag })).status).toBe(304);
    const others = [
      await board('second-seller', '', { 'if-none-match': etag }),
      await board('head', '', { 'if-none-match': etag }),
      await board('seller', '?groupBy=branch', { 'if-none-match': etag }),
      await board('seller', '', { 'if-none-match': etag, 'accept-language': 'uk' }),
    ];
    expect(others.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(new Set([etag, ...others.map(({ headers }) => headers.get('etag'))]).size).toBe(5);
  });

  it('have no margin for who may not see costs', async () => {
    const totals = async (who: string): Promise<object> =>
      ((await (await board(who)).json()) as { totals: object }).totals;
    expect(await totals('seller')).not.toHaveProperty('wonMargins');
    expect(await totals('head')).toHaveProperty('wonMargins');
  });
});
