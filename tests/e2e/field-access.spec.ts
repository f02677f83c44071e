// A field that may not be read does not exist for that caller, on every road.
import { createHash, randomUUID } from 'node:crypto';
import type { AdminApi } from '../../deploy/keycloak/admin-api.js';
import type { RestClient } from '../../scripts/rest-client.js';
import { eventually, Platform, refusal } from './platform.js';

interface Deal {
  readonly id: string;
  readonly etag: string;
  readonly margin?: { amount: string };
  readonly cost?: { amount: string };
}

/** Revocation and grants reach the gateway within this time (ARCHITECTURE, "The token that travels"). */
const NOTICE_MS = 35_000;

describe('margin, which belongs to the group cost', () => {
  const platform = new Platform();
  const seller = platform.as('petrenko');
  const head = platform.as('bondarenko');
  let deal: Deal;

  beforeAll(async () => {
    const { deals } = await head.get<{ deals: Deal[] }>(
      `/v1/deals?${new URLSearchParams({ filter: 'margin.amount > 0 AND margin.currencyCode = "UAH"', pageSize: '1' })}`,
    );
    deal = deals[0] as Deal;
    expect(deal.margin).toBeDefined();
  });

  it('is in the answer of whoever may read it and absent from the others', async () => {
    const { deals } = await seller.get<{ deals: Deal[] }>('/v1/deals?pageSize=5');
    expect(deals.length).toBeGreaterThan(0);
    expect(deals.every((row) => row.margin === undefined && row.cost === undefined)).toBe(true);
  });

  it.each([
    ['filter', '/v1/deals?filter=FIELD.amount%20%3E%201', 'filter'],
    ['order_by', '/v1/deals?orderBy=FIELD.amount', 'orderBy'],
    ['read_mask', '/v1/deals?readMask=FIELD', 'readMask'],
    ['a figure’s filter', '/v1/reports/daily-board?filter=FIELD.amount%20%3E%201', 'filter'],
  ])('is unknown in %s, in the same words as a name that was never declared', async (_road, path) => {
    const hidden = await refusal(seller.get(path.replace('FIELD', 'margin')));
    const absent = await refusal(seller.get(path.replace('FIELD', 'nosuch')));
    expect(hidden.status).toBe(400);
    expect(hidden.reason).toBe('UNKNOWN_FIELD');
    expect(comparable(hidden.problem, 'margin')).toEqual(comparable(absent.problem, 'nosuch'));
  });

  it('is no dimension to group by', async () => {
    expect((await refusal(seller.get('/v1/reports/daily-board?groupBy=margin'))).status).toBe(400);
  });

  it('is unknown in PATCH, and nothing is written', async () => {
    const { deals } = await seller.get<{ deals: Deal[] }>('/v1/deals?pageSize=1');
    const own = deals[0] as Deal;
    const hidden = await refusal(
      seller.patch(`/v1/deals/${own.id}`, `"${own.etag}"`, { note: 'x', margin: { amount: '1', currencyCode: 'UAH' } }),
    );
    const absent = await refusal(
      seller.patch(`/v1/deals/${own.id}`, `"${own.etag}"`, { note: 'x', nosuch: { amount: '1', currencyCode: 'UAH' } }),
    );
    expect(hidden.reason).toBe('UNKNOWN_FIELD');
    expect(comparable(hidden.problem, 'margin')).toEqual(comparable(absent.problem, 'nosuch'));
    expect((await seller.get<Deal>(`/v1/deals/${own.id}`)).etag).toBe(own.etag);
  });

  it('is absent from OpenAPI for one and present for the other', async () => {
    const properties = async (client: RestClient): Promise<string[]> => {
      const page = await client.get<{ components: { schemas: Record<string, { properties?: object }> } }>(
        '/openapi.json',
      );
      const [, schema] = Object.entries(page.components.schemas).find(([name]) => /(^|\.)Deal$/.test(name)) ?? [];
      return Object.keys(schema?.properties ?? {});
    };
    expect(await properties(head)).toContain('margin');
    const hidden = await properties(seller);
    expect(hidden).toContain('amount');
    expect(hidden).not.toContain('margin');
  });

  it('has no other ETag for the same row, so that one’s copy never serves the other', async () => {
    const etag = async (username: string): Promise<string | null> => {
      const response = await rawGet(platform, username, `/v1/deals/${deal.id}`);
      return response.headers.get('etag');
    };
    const [headTag, directorTag] = [await etag('bondarenko'), await etag('koval')];
    expect(headTag).toBeTruthy();
    const other = await rawGet(platform, 'tkachuk', `/v1/deals/${deal.id}`, { 'if-none-match': headTag ?? '' });
    expect(other.status).toBe(200);
    expect(createHash('sha256').update(String(directorTag)).digest('hex')).toHaveLength(64);
  });

  describe('given and taken by hand in Keycloak', () => {
    const api: AdminApi = platform.keycloakAdmin();
    const made: string[] = [];

    afterAll(async () => {
      for (const path of made.reverse()) await api.delete(path);
    });

    /** What an administrator clicks together: a policy for one person, and a permission that gives him one scope. */
    async function giveScope(username: string, resource: string, scope: string): Promise<void> {
      const [client] = await api.get<{ id: string }[]>('/clients?clientId=gateway');
      const server = `/clients/${client?.id}/authz/resource-server`;
      const [user] = await api.get<{ id: string }[]>(`/users?exact=true&username=${username}`);
      const name = `by-hand:${scope}:${username}:${randomUUID()}`;
      const policy = await api.post<{ id: string }>(`${server}/policy/user`, {
        name: `${name}:who`,
        logic: 'POSITIVE',
        users: [user?.id],
      });
      made.push(`${server}/policy/${policy.id}`);
      const [resourceRow] = await api.get<{ _id: string }[]>(`${server}/resource?name=${resource}&exactName=true`);
      const scopes = await api.get<{ id: string; name: string }[]>(`${server}/scope?name=${encodeURIComponent(scope)}`);
      const permission = await api.post<{ id: string }>(`${server}/permission/scope`, {
        name,
        resources: [resourceRow?._id],
        scopes: [scopes.find((candidate) => candidate.name === scope)?.id],
        policies: [policy.id],
        decisionStrategy: 'AFFIRMATIVE',
      });
      made.push(`${server}/permission/${permission.id}`);
    }

    it('appears for one seller who was given read:cost, and not for his colleague', async () => {
      await giveScope('morozov', 'deals.deal', 'read:cost');
      await eventually(
        async () => {
          const { deals } = await platform.as('morozov').get<{ deals: Deal[] }>('/v1/deals?pageSize=200');
          expect(deals.some((row) => row.cost !== undefined)).toBe(true);
        },
        NOTICE_MS,
        1_000,
      );
      const { deals } = await platform.as('sydorenko').get<{ deals: Deal[] }>('/v1/deals?pageSize=200');
      expect(deals.every((row) => row.cost === undefined)).toBe(true);
    }, 60_000);

    it('disappears for one head who was given deny:read:cost, and stays for another', async () => {
      await giveScope('danylenko', 'deals.deal', 'deny:read:cost');
      await eventually(
        async () => {
          const { deals } = await platform.as('danylenko').get<{ deals: Deal[] }>('/v1/deals?pageSize=200');
          expect(deals.length).toBeGreaterThan(0);
          expect(deals.every((row) => row.cost === undefined)).toBe(true);
        },
        NOTICE_MS,
        1_000,
      );
      const { deals } = await head.get<{ deals: Deal[] }>('/v1/deals?pageSize=200');
      expect(deals.some((row) => row.cost !== undefined)).toBe(true);
    }, 60_000);
  });
});

/** A problem document with the name that was sent and the trace id taken out. */
function comparable(problem: Record<string, unknown>, name: string): unknown {
  return JSON.parse(JSON.stringify({ ...problem, traceId: undefined }).replaceAll(name, 'NAME'));
}

async function rawGet(
  platform: Platform,
  username: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  const token = await platform.as(username).accessToken();
  return fetch(platform.addresses.gateway + path, { headers: { ...headers, authorization: `Bearer ${token}` } });
}
