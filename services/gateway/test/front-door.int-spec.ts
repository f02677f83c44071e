import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Browser } from './browser.js';
import { type GatewayUnderTest, PASSWORD, type World, createWorld, startGateway } from './gateway-under-test.js';

// Real: Keycloak, PostgreSQL, NATS. Not there: the services; what is tested here ends before them.

let world: World;
let gateway: GatewayUnderTest;

beforeAll(async () => {
  world = await createWorld();
  await Promise.all([world.person('seller', ['seller']), world.person('nobody', [])]);
  gateway = await startGateway(world, {
    RATE_ANONYMOUS_PER_SECOND: '200',
    RATE_ANONYMOUS_BURST: '400',
    DEADLINE_MS: '1000',
  });
}, 180_000);

afterAll(async () => {
  await gateway?.stop();
  await world?.remove();
});

async function ask(
  path: string,
  init: RequestInit = {},
): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }> {
  const response = await fetch(`${gateway.url}${path}`, { redirect: 'manual', ...init });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {},
  };
}

const as = async (username: string): Promise<{ headers: Record<string, string> }> => ({
  headers: { authorization: `Bearer ${await world.token(username)}` },
});

describe('who may come in', () => {
  it('asks for a login', async () => {
    const { status, headers, body } = await ask('/v1/deals');
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe('Bearer');
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toMatchObject({
      status: 401,
      reason: 'LOGIN_REQUIRED',
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown,
    });
  });

  it.each([
    ['a forged token', { authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.' }],
    ['another scheme', { authorization: 'Basic dTpw' }],
    ['a made-up session', { cookie: '__Host-rapport=made-up' }],
    ['what only proxies may say', { 'x-user': 'admin', 'x-forwarded-user': 'admin' }],
  ])('refuses %s', async (_, headers) => {
    expect((await ask('/v1/session', { headers })).status).toBe(401);
  });

  it('takes no token from the address', async () => {
    const token = await world.token('seller');
    expect((await ask(`/v1/session?access_token=${token}`)).status).toBe(401);
  });

  it('knows a bearer', async () => {
    const { status, body } = await ask('/v1/session', await as('seller'));
    expect(status).toBe(200);
    expect(body).toMatchObject({ kind: 'employee', username: 'seller' });
    expect(body.csrfToken).toBeUndefined();
  });

  it('continues the caller’s trace', async () => {
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    const { body } = await ask('/v1/deals', { headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01` } });
    expect(body.traceId).toBe(trace);
  });
});

describe('a browser', () => {
  it('logs in, is known by its cookie, and logs out', async () => {
    const browser = new Browser(gateway.url);
    expect(await browser.login('seller', PASSWORD, '/docs?a=1')).toBe('/docs?a=1');
    expect([...browser.cookies().keys()]).toEqual(['__Host-rapport']);
    const me = (await (await browser.fetch('/v1/session')).json()) as { username: string; csrfToken: string };
    expect(me.username).toBe('seller');

    const post = (headers: Record<string, string>): Promise<Response> =>
      browser.fetch('/v1/deals', {
        method: 'POST',
        body: '{}',
        headers: { 'content-type': 'application/json', ...headers },
      });
    expect((await post({})).status).toBe(403);
    expect((await post({ 'x-csrf-token': 'wrong' })).status).toBe(403);
    expect((await post({ 'x-csrf-token': me.csrfToken, origin: 'http://evil.example' })).status).toBe(403);
    expect((await post({ 'x-csrf-token': me.csrfToken, origin: gateway.url })).status).toBe(503);

    expect((await browser.fetch('/docs')).status).toBe(200);
    const kept = browser.cookies().get('__Host-rapport') ?? '';
    const logout = await browser.fetch('/v1/session/logout', {
      method: 'POST',
      headers: { 'x-csrf-token': me.csrfToken },
    });
    expect(logout.status).toBe(204);
    expect(browser.cookies().size).toBe(0);
    expect((await ask('/v1/session', { headers: { cookie: `__Host-rapport=${kept}` } })).body.reason).toBe(
      'SESSION_EXPIRED',
    );
  });

  it('gets cookies that scripts and other sites cannot use', async () => {
    const response = await fetch(`${gateway.url}/v1/session/login`, { redirect: 'manual' });
    expect(response.headers.getSetCookie()[0]).toMatch(
      /^__Host-rapport-login=[^;]+; Path=\/; HttpOnly; Secure; SameSite=Lax; Max-Age=600$/,
    );
    const location = new URL(response.headers.get('location') ?? '');
    expect(Object.fromEntries(location.searchParams)).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      redirect_uri: `${world.publicUrl}/v1/session/callback`,
      state: expect.any(String) as unknown,
      nonce: expect.any(String) as unknown,
    });
  });

  it('cannot end a login that another browser began', async () => {
    const [mine, other] = [new Browser(gateway.url), new Browser(gateway.url)];
    await mine.fetch('/v1/session/login');
    await other.fetch('/v1/session/login');
    const forged = await other.fetch('/v1/session/callback?code=x&state=y');
    expect(forged.status).toBe(401);
    expect(((await forged.json()) as { reason: string }).reason).toBe('LOGIN_FAILED');
    expect((await ask('/v1/session/callback?code=x&state=y')).body.reason).toBe('LOGIN_FAILED');
  });

  it('without a login is led to it from the documentation', async () => {
    const { status, headers } = await ask('/docs');
    expect([status, headers.get('location')]).toEqual([303, '/v1/session/login?returnTo=/docs']);
    expect((await ask('/docs', { headers: { authorization: 'Bearer no' } })).status).toBe(401);
  });
});

describe('the documentation', () => {
  it('is made for whoever asks', async () => {
    const { headers, body } = await ask('/openapi.json', await as('seller'));
    expect(headers.get('cache-control')).toBe('private, no-cache');
    const text = JSON.stringify(body);
    expect(text).toContain('/v1/deals/{dealId}:win');
    expect(text).not.toContain('"margin"');
    expect(text).not.toContain('/v1/deals:batchCreate');
    const etag = headers.get('etag') ?? '';
    const again = await ask('/openapi.json', { headers: { ...(await as('seller')).headers, 'if-none-match': etag } });
    expect(again.status).toBe(304);
    expect((await ask('/openapi.json')).status).toBe(401);
    expect(Object.keys((await ask('/openapi.json', await as('nobody'))).body.paths as object)).toEqual([
      '/v1/session',
      '/v1/session/logout',
      '/v1/notifications',
    ]);
  });

  it('shows itself with our own files alone', async () => {
    const page = await fetch(`${gateway.url}/docs`, await as('seller'));
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    const sources = [...(await page.text()).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? '');
    expect(sources).toHaveLength(3);
    for (const source of sources) expect((await fetch(`${gateway.url}${source}`)).status).toBe(200);
  });
});

describe('what is no request for us', () => {
  it.each([
    ['GET', '/nothing', 404, 'ROUTE_NOT_FOUND'],
    ['GET', '/livez', 404, 'ROUTE_NOT_FOUND'],
    ['GET', '/v1/deals/', 404, 'ROUTE_NOT_FOUND'],
    ['DELETE', '/v1/deals', 405, 'METHOD_NOT_ALLOWED'],
    ['OPTIONS', '/v1/deals', 405, 'METHOD_NOT_ALLOWED'],
    ['PUT', '/v1/deals/5', 405, 'METHOD_NOT_ALLOWED'],
    ['GET', '/v1/deals/5:win', 401, 'LOGIN_REQUIRED'],
    ['POST', '/v1/deals/5:nothing', 404, 'ROUTE_NOT_FOUND'],
    ['GET', '/v1/deals/%', 400, 'INVALID_REQUEST'],
  ])('%s %s: %d', async (method, path, expected, reason) => {
    const { status, headers, body } = await ask(path, { method });
    expect([status, body.reason]).toEqual([expected, reason]);
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('access-control-allow-origin')).toBeNull();
    if (status === 405) expect(headers.get('allow')).toContain('GET');
  });

  it('refuses an address without end', async () => {
    for (const path of [`/v1/deals/${'x'.repeat(600)}`, `/v1/deals?filter=${'x'.repeat(9000)}`]) {
      expect((await ask(path)).body).toMatchObject({ status: 414, reason: 'URI_TOO_LONG' });
    }
  });

  it('ignores a method that a header claims', async () => {
    const { status } = await ask('/v1/deals/5', { method: 'POST', headers: { 'x-http-method-override': 'DELETE' } });
    expect(status).toBe(405);
  });

  it.each([
    ['no JSON', '{', 'application/json', 400, 'INVALID_REQUEST'],
    ['no object', '[]', 'application/json', 400, 'INVALID_REQUEST'],
    ['another type', 'a=b', 'application/x-www-form-urlencoded', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['too large', `{"note":"${'x'.repeat(1_100_000)}"}`, 'application/json', 413, 'TOO_LARGE'],
    ['a name that was never declared', '{"nothing":1}', 'application/json', 400, 'UNKNOWN_FIELD'],
    ['a way to a prototype', '{"__proto__":{"a":1}}', 'application/json', 400, 'UNKNOWN_FIELD'],
    [
      'endless depth',
      `{"attributes":{"a":${'['.repeat(200)}${']'.repeat(200)}}}`,
      'application/json',
      400,
      'INVALID_REQUEST',
    ],
  ])('refuses a body of %s', async (_, body, type, expected, reason) => {
    const answer = await ask('/v1/deals', {
      method: 'POST',
      body,
      headers: { ...(await as('seller')).headers, 'content-type': type },
    });
    expect([answer.status, answer.body.reason]).toEqual([expected, reason]);
  });

  it('answers a hidden name as one that was never declared', async () => {
    const post = async (name: string): Promise<string> => {
      const body = JSON.stringify({ displayName: 'x', [name]: { amount: '1', currencyCode: 'EUR' } });
      const answer = await ask('/v1/deals', {
        method: 'POST',
        body,
        headers: { ...(await as('seller')).headers, 'content-type': 'application/json' },
      });
      return JSON.stringify({ ...answer.body, traceId: '' }).replaceAll(name, 'NAME');
    };
    expect(await post('margin')).toBe(await post('marginn'));
  });

  it('says so when a service is not there, and when it is asked for nothing it knows', async () => {
    const { status, body } = await ask('/v1/deals', await as('seller'));
    expect([status, body.reason]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    expect((await ask('/v1/deals?nothing=1', await as('seller'))).body).toMatchObject({
      reason: 'UNKNOWN_FIELD',
      errors: [{ field: 'nothing', description: 'Field "nothing" does not exist.', reason: 'UNKNOWN_FIELD' }],
    });
  });

  it('answers bytes that are no HTTP, and headers without end', async () => {
    const raw = (text: string): Promise<string> =>
      new Promise((resolve) => {
        let answer = '';
        const socket = connect(world.port, '127.0.0.1', () => socket.write(text));
        socket.on('data', (data) => (answer += data.toString())).on('close', () => resolve(answer));
      });
    expect(await raw('nonsense\r\n\r\n')).toContain('"status":400');
    expect(await raw(`GET / HTTP/1.1\r\nhost: x\r\na: ${'x'.repeat(40_000)}\r\n\r\n`)).toContain('"status":431');
  });
});
