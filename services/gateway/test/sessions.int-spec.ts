import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '@rapport/test-kit/servers/free-port';
import { Browser } from './browser.js';
import { type GatewayUnderTest, PASSWORD, type World, createWorld, startGateway } from './gateway-under-test.js';

// Real: Keycloak with access tokens that are due for renewal from the start, and refresh tokens that serve once.

let world: World;
let gateways: GatewayUnderTest[];

beforeAll(async () => {
  world = await createWorld();
  await world.person('seller', ['seller']);
  await world.api.put('/', {
    realm: world.realm,
    accessTokenLifespan: 25,
    revokeRefreshToken: true,
    refreshTokenMaxReuse: 0,
  });
  gateways = [await startGateway(world), await startGateway(world, { PORT: String(await freePort()) })];
}, 180_000);

afterAll(async () => {
  for (const gateway of gateways ?? []) await gateway.stop();
  await world?.remove();
});

describe('a session over several gateways', () => {
  it('spends each refresh token once, however many ask at a time', async () => {
    const browser = new Browser(world.publicUrl);
    await browser.login('seller', PASSWORD);
    const cookie = [...browser.cookies()].map(([name, value]) => `${name}=${value}`).join('; ');
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        fetch(`${gateways[index % 2]?.url ?? ''}/v1/session`, { headers: { cookie } }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect((await fetch(`${world.publicUrl}/v1/session`, { headers: { cookie } })).status).toBe(200);
  });

  it('ends everywhere with the logout, and with the end of the login at Keycloak', async () => {
    const browser = new Browser(world.publicUrl);
    await browser.login('seller', PASSWORD);
    const cookie = [...browser.cookies()].map(([name, value]) => `${name}=${value}`).join('; ');
    const me = (await (await browser.fetch('/v1/session')).json()) as { csrfToken: string };
    expect((await fetch(`${gateways[1]?.url ?? ''}/v1/session`, { headers: { cookie } })).status).toBe(200);
    await browser.fetch('/v1/session/logout', { method: 'POST', headers: { 'x-csrf-token': me.csrfToken } });
    // The other process notices within the three seconds that it remembers a session.
    await new Promise((resolve) => setTimeout(resolve, 3_200));
    expect((await fetch(`${gateways[1]?.url ?? ''}/v1/session`, { headers: { cookie } })).status).toBe(401);

    const second = new Browser(world.publicUrl);
    await second.login('seller', PASSWORD);
    const [user] = await world.api.get<{ id: string }[]>('/users?username=seller&exact=true');
    await world.api.post(`/users/${user?.id ?? ''}/logout`, {});
    expect((await second.fetch('/v1/session')).status).toBe(401);
  });
});

describe('limits', () => {
  it('slow down a person and an address, and tell when to come back', async () => {
    const slow = await startGateway(world, {
      PORT: String(await freePort()),
      RATE_USER_PER_SECOND: '0.1',
      RATE_USER_BURST: '2',
      RATE_ANONYMOUS_PER_SECOND: '0.1',
      RATE_ANONYMOUS_BURST: '1',
      CORS_ORIGINS: 'https://partner.example',
    });
    try {
      const headers = { authorization: `Bearer ${await world.token('seller')}` };
      const known = [1, 2, 3].map(() => () => fetch(`${slow.url}/v1/session`, { headers }));
      const answers: Response[] = [];
      for (const ask of known) answers.push(await ask());
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
      expect(answers[0]?.headers.get('ratelimit')).toBe('"user";r=1;t=10');
      expect(Number(answers[2]?.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await answers[2]?.json()).toMatchObject({ reason: 'RATE_LIMITED' });
      expect((await fetch(`${slow.url}/v1/session`)).status).toBe(401);
      expect((await fetch(`${slow.url}/v1/session`)).status).toBe(429);

      const preflight = (origin: string): Promise<Response> =>
        fetch(`${slow.url}/v1/deals`, {
          method: 'OPTIONS',
          headers: { origin, 'access-control-request-method': 'POST' },
        });
      const allowed = await preflight('https://partner.example');
      expect(allowed.headers.get('access-control-allow-origin')).toBe('https://partner.example');
      expect(allowed.headers.get('access-control-allow-credentials')).toBeNull();
      expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
    } finally {
      await slow.stop();
    }
  });
});

describe('a gateway that leaves', () => {
  it('tells its streams so, and is gone', async () => {
    const [, leaving] = gateways;
    const headers = { authorization: `Bearer ${await world.token('seller')}` };
    const stream = await fetch(`${leaving?.url ?? ''}/v1/notifications`, { headers });
    expect(stream.status).toBe(200);
    await leaving?.stop();
    expect(await stream.text()).toMatch(/^retry: \d+\n\nevent: end\ndata: {"reason":"RESTART"}\n\n$/);
    await expect(fetch(`${leaving?.url ?? ''}/v1/session`)).rejects.toThrow();
  });
});
