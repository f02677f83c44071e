import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { Authenticator } from './authenticator.js';

// Keycloak's two endpoints, served here so that it can be made slow, silent and contradictory at will. The real one is
// asked in test/access.int-spec.ts.

const T0 = Date.parse('2026-03-02T08:00:00Z');
const EMPLOYEE = {
  sub: 'subject-1',
  preferred_username: 'petrenko',
  principal: 'employee',
  employee_id: 'e1',
  branch_ids: ['b1'],
  department_paths: ['d1/d2'],
  home_branch_id: 'b1',
  home_department_id: 'd2',
};

type Keys = Awaited<ReturnType<typeof generateKeyPair>>;
let keys: Keys;
let otherKeys: Keys;
let server: Server;
let keycloakUrl: string;
let now: number;
let exchanges: number;
let keyRequests: number;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let authenticator: Authenticator;

beforeAll(async () => {
  keys = await generateKeyPair('RS256');
  otherKeys = await generateKeyPair('RS256');
});

beforeEach(async () => {
  now = T0;
  exchanges = 0;
  keyRequests = 0;
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' };
  server = createServer((request, response) => {
    if (request.url?.endsWith('/certs')) {
      keyRequests += 1;
      response.end(JSON.stringify({ keys: [jwk] }));
    } else {
      exchanges += 1;
      answer(request, response);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  keycloakUrl = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  authenticator = new Authenticator({ keycloakUrl, realm: 'test', allowedAzp: ['rapport-web'] }, () => now);
  const exchanged = await sign({ authorization: { permissions: [{ rsname: 'deals.deal', scopes: ['read@own'] }] } });
  answer = (_request, response) => response.end(JSON.stringify({ access_token: exchanged }));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function claimsOf(claims: JWTPayload): JWTPayload {
  const seconds = now / 1000;
  const issuer = `${keycloakUrl}/realms/test`;
  return {
    iss: issuer,
    aud: 'gateway',
    azp: 'rapport-web',
    typ: 'Bearer',
    iat: seconds,
    exp: seconds + 300,
    ...EMPLOYEE,
    ...claims,
  };
}

function sign(claims: JWTPayload = {}, { key = keys.privateKey, header = {} } = {}): Promise<string> {
  const whole = Object.fromEntries(Object.entries(claimsOf(claims)).filter(([, value]) => value !== undefined));
  return new SignJWT(whole).setProtectedHeader({ alg: 'RS256', kid: 'k1', typ: 'JWT', ...header }).sign(key);
}

const reasonOf = async (token: string): Promise<string> =>
  authenticator.authenticate(token).then(
    () => 'accepted',
    (error: { code: string; reason: string }) => `${error.code}/${error.reason}`,
  );

function closed(): (request: IncomingMessage, response: ServerResponse) => void {
  return (request) => request.socket.destroy();
}

describe('a token', () => {
  it('becomes a principal with his rights', async () => {
    const { principal, grants, token } = await authenticator.authenticate(await sign());
    expect(principal).toEqual({
      kind: 'employee',
      subject: 'subject-1',
      username: 'petrenko',
      azp: 'rapport-web',
      employeeId: 'e1',
      branchIds: ['b1'],
      departmentPaths: ['d1/d2'],
      homeBranchId: 'b1',
      homeDepartmentId: 'd2',
    });
    expect(grants.widest('deals.deal', 'read')).toBe('own');
    expect(await reasonOf(token)).toBe('accepted');
    expect(exchanges).toBe(1);
  });

  it.each([
    ['of a client that is not on the list', { azp: 'admin-cli' }],
    ['meant for somebody else', { aud: 'account' }],
    ['of another realm', { iss: 'http://127.0.0.1/realms/other' }],
    ['that is an ID token', { typ: 'ID' }],
    ['that is a refresh token', { typ: 'Refresh' }],
    ['without a subject', { sub: undefined }],
    ['without a time of issue', { iat: undefined }],
    ['that is not valid yet', { nbf: T0 / 1000 + 120 }],
    ['with permissions of no known shape', { authorization: { permissions: [{ scopes: 'read@all' }] } }],
  ])('%s is refused', async (_what, claims) => {
    expect(await reasonOf(await sign(claims))).toBe('UNAUTHENTICATED/TOKEN_INVALID');
    expect(exchanges).toBe(0);
  });

  it('signed by a key that is not the realm’s is refused, wherever it says the key is', async () => {
    const jwk = await exportJWK(otherKeys.publicKey);
    const header = { jwk, jku: 'http://127.0.0.1:9/keys', x5u: 'http://127.0.0.1:9/cert' };
    expect(await reasonOf(await sign({}, { key: otherKeys.privateKey, header }))).toBe('UNAUTHENTICATED/TOKEN_INVALID');
  });

  it('that is unsigned, oversized or no token at all is refused', async () => {
    const unsigned = new UnsecuredJWT(claimsOf({})).encode();
    for (const token of [unsigned, 'x'.repeat(40_000), 'a.b.c', '']) {
      expect(await reasonOf(token)).toBe('UNAUTHENTICATED/TOKEN_INVALID');
    }
  });

  it('that has expired is told so, also when it was good a moment ago', async () => {
    const token = await sign();
    expect(await reasonOf(token)).toBe('accepted');
    now += 311_000;
    expect(await reasonOf(token)).toBe('UNAUTHENTICATED/TOKEN_EXPIRED');
  });

  it('that was exchanged serves 300 seconds from its issue, whatever its own expiry', async () => {
    const token = await sign({ exp: T0 / 1000 + 3600, authorization: { permissions: [] } });
    now += 299_000;
    expect(await reasonOf(token)).toBe('accepted');
    now += 12_000;
    expect(await reasonOf(token)).toBe('UNAUTHENTICATED/TOKEN_EXPIRED');
  });

  it.each(['employee_id', 'branch_ids', 'department_paths', 'home_branch_id', 'home_department_id', 'principal'])(
    'of an employee without %s is incomplete',
    async (claim) => {
      expect(await reasonOf(await sign({ [claim]: undefined }))).toBe('UNAUTHENTICATED/IDENTITY_INCOMPLETE');
    },
  );

  it('with an empty list for an identity is incomplete, and so is a service with a branch', async () => {
    expect(await reasonOf(await sign({ branch_ids: [] }))).toBe('UNAUTHENTICATED/IDENTITY_INCOMPLETE');
    expect(await reasonOf(await sign({ branch_ids: 'b1' }))).toBe('UNAUTHENTICATED/IDENTITY_INCOMPLETE');
    expect(await reasonOf(await sign({ principal: 'service' }))).toBe('UNAUTHENTICATED/IDENTITY_INCOMPLETE');
  });
});

describe('the exchange', () => {
  it('asks once for all who wait, and once in 30 seconds', async () => {
    const token = await sign();
    await Promise.all(Array.from({ length: 20 }, () => authenticator.authenticate(token)));
    now += 29_000;
    await authenticator.authenticate(token);
    expect(exchanges).toBe(1);
    now += 2_000;
    await authenticator.authenticate(token);
    expect(exchanges).toBe(2);
  });

  it('never hands on a claim_token', async () => {
    let form = '';
    const before = answer;
    answer = (request, response) => {
      request.on('data', (chunk: Buffer) => (form += chunk.toString())).on('end', () => before(request, response));
    };
    await authenticator.authenticate(await sign());
    expect(Object.fromEntries(new URLSearchParams(form))).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:uma-ticket',
      audience: 'gateway',
    });
  });

  it('takes "access_denied" for no rights at all', async () => {
    answer = (_request, response) => response.writeHead(403).end(JSON.stringify({ error: 'access_denied' }));
    const token = await sign();
    const caller = await authenticator.authenticate(token);
    expect(caller.grants.may('deals.deal', 'read')).toBe(false);
    expect(caller.token).toBe(token);
  });

  it('serves the last answer to its maximum age while Keycloak is silent, then nothing', async () => {
    const token = await sign({ exp: T0 / 1000 + 3600 });
    await authenticator.authenticate(token);
    answer = closed();
    now += 299_000;
    expect(await reasonOf(token)).toBe('accepted');
    now += 2_000;
    expect(await reasonOf(token)).toBe('UNAVAILABLE/KEYCLOAK_UNAVAILABLE');
  });

  it('does not ask again at once after a failure', async () => {
    answer = (_request, response) => response.writeHead(500).end('{}');
    expect(await reasonOf(await sign())).toBe('UNAVAILABLE/KEYCLOAK_UNAVAILABLE');
    expect(await reasonOf(await sign({ jti: '2' }))).toBe('UNAVAILABLE/KEYCLOAK_UNAVAILABLE');
    expect(exchanges).toBe(1);
  });

  it('believes Keycloak that a token is good no more, remembered answer or not', async () => {
    const token = await sign();
    await authenticator.authenticate(token);
    answer = (_request, response) => response.writeHead(400).end(JSON.stringify({ error: 'invalid_grant' }));
    now += 31_000;
    expect(await reasonOf(token)).toBe('UNAUTHENTICATED/TOKEN_INVALID');
    answer = closed();
    now += 2_000;
    expect(await reasonOf(token)).toBe('UNAVAILABLE/KEYCLOAK_UNAVAILABLE');
  });

  it('does not take another person’s rights', async () => {
    const theirs = await sign({ sub: 'subject-2', authorization: { permissions: [] } });
    answer = (_request, response) => response.end(JSON.stringify({ access_token: theirs }));
    expect(await reasonOf(await sign())).toBe('INTERNAL/INTERNAL');
  });

  it('keeps a caller no longer than his deadline, and answers the others', async () => {
    const before = answer;
    answer = (request, response) => void setTimeout(() => before(request, response), 300);
    const token = await sign();
    const patient = authenticator.authenticate(token);
    const hasty = authenticator.authenticate(token, new Date(now + 50));
    await expect(hasty).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    await expect(patient).resolves.toMatchObject({ principal: { username: 'petrenko' } });
    expect(exchanges).toBe(1);
  });
});

describe('the keys', () => {
  it('are asked for once, and serve on while Keycloak is down', async () => {
    await authenticator.authenticate(await sign());
    const exchanged = await sign({ jti: 'later', authorization: { permissions: [] } });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(await reasonOf(exchanged)).toBe('accepted');
    expect(keyRequests).toBe(1);
  });

  it('that were never seen make it unavailable, not forbidden', async () => {
    const token = await sign();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(await reasonOf(token)).toBe('UNAVAILABLE/KEYCLOAK_UNAVAILABLE');
  });
});
