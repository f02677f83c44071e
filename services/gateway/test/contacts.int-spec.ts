import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  BRANCH_ID,
  type GatewayUnderTest,
  type World,
  createWorld,
  startGateway,
  startService,
} from './gateway-under-test.js';

// Real: Keycloak, PostgreSQL, NATS, the gateway and, behind it, the contacts service as a process of its own.

let world: World;
let gateway: GatewayUnderTest;
let contacts: Awaited<ReturnType<typeof startService>>;
const tokens = new Map<string, string>();

interface Answer {
  readonly status: number;
  readonly etag: string;
  readonly headers: Headers;
  readonly body: Record<string, unknown> & { id: string; reason?: string; errors?: { field: string }[] };
}

beforeAll(async () => {
  world = await createWorld();
  contacts = await startService(world, 'contacts');
  gateway = await startGateway(world, { CONTACTS_URL: contacts.address });
  const people = { seller: ['seller'], other: ['seller'], head: ['department-head'], quality: ['quality'] };
  for (const [name, roles] of Object.entries(people)) await world.person(name, roles);
  for (const name of [...Object.keys(people), 'admin']) tokens.set(name, await world.token(name));
}, 180_000);

afterAll(async () => {
  await gateway?.stop();
  await contacts?.process.stop();
  await world?.remove();
});

async function ask(
  who: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${gateway.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${tokens.get(who) ?? ''}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    etag: response.headers.get('etag') ?? '',
    headers: response.headers,
    body: (text === '' ? {} : JSON.parse(text)) as Answer['body'],
  };
}

const PATH = '/v1/counterparties';
const make = (who: string, more: object = {}, headers: Record<string, string> = {}): Promise<Answer> =>
  ask(who, 'POST', PATH, { displayName: 'Гастроном "Центральний"', kinds: ['KIND_CLIENT'], ...more }, headers);

describe('a row through the gateway', () => {
  it('is made, read, changed under its version, deleted and brought back', async () => {
    const made = await make('seller', { note: 'перша' });
    expect(made).toMatchObject({
      status: 200,
      body: { displayName: 'Гастроном "Центральний"', branchId: BRANCH_ID, etag: '1' },
    });
    expect(made.etag).toMatch(/^"1\.[\w-]{12}"$/);
    const at = `${PATH}/${made.body.id}`;

    const read = await ask('seller', 'GET', at);
    expect(read).toMatchObject({ status: 200, etag: made.etag, body: { id: made.body.id } });
    expect(read.headers.get('cache-control')).toBe('private, no-cache');
    expect((await ask('seller', 'GET', at, undefined, { 'if-none-match': made.etag })).status).toBe(304);

    expect((await ask('seller', 'PATCH', at, { note: 'x' })).status).toBe(428);
    expect((await ask('seller', 'PATCH', at, { note: 'x' }, { 'if-match': '*' })).status).toBe(428);
    expect((await ask('seller', 'PATCH', at, { note: 'x' }, { 'if-match': `W/${made.etag}` })).status).toBe(412);
    const changed = await ask(
      'seller',
      'PATCH',
      at,
      { note: null, displayName: 'Інша назва' },
      { 'if-match': made.etag },
    );
    expect(changed).toMatchObject({
      status: 200,
      body: { note: '', displayName: 'Інша назва', kinds: ['KIND_CLIENT'], etag: '2' },
    });
    expect((await ask('seller', 'PATCH', at, { note: 'x' }, { 'if-match': made.etag })).body.reason).toBe('STALE_ETAG');

    const deleted = await ask('seller', 'DELETE', at, undefined, { 'if-match': changed.etag });
    expect(deleted.status).toBe(200);
    expect(deleted.body.deleteTime).toEqual(expect.any(String));
    const back = await ask('seller', 'POST', `${at}:undelete`, undefined, { 'if-match': deleted.etag });
    expect(back).toMatchObject({ status: 200, body: { etag: '4' } });
    expect(back.body.deleteTime).toBeUndefined();
  });

  it('is not there for whom it is out of scope, and read-only for whom the verb is', async () => {
    const { body, etag } = await make('seller');
    const at = `${PATH}/${body.id}`;
    expect((await ask('other', 'GET', at)).status).toBe(404);
    const quality = await ask('quality', 'GET', at);
    expect(quality.status).toBe(200);
    expect(quality.etag).not.toBe(etag);
    expect((await ask('quality', 'PATCH', at, { note: 'x' }, { 'if-match': quality.etag })).status).toBe(403);
    // Another's representation is not this caller's, whatever its version says.
    expect((await ask('head', 'PATCH', at, { note: 'x' }, { 'if-match': etag })).status).toBe(412);
  });

  it('shows a group to those who may read it, and does not exist for the others', async () => {
    const head = await make('head');
    expect(head.body.bankAccounts).toEqual([]);
    const at = `${PATH}/${head.body.id}`;
    expect((await make('seller')).body).not.toHaveProperty('bankAccounts');
    const hidden = await make('seller', { bankAccounts: [] });
    const undeclared = await make('seller', { bankAccount: [] });
    const same = (answer: Answer): string =>
      JSON.stringify({ ...answer.body, traceId: '' }).replaceAll(/bankAccounts?/g, 'NAME');
    expect([hidden.status, same(hidden)]).toEqual([400, same(undeclared)]);
    // Readable and not writable is another matter.
    const forbidden = await ask('head', 'PATCH', at, { bankAccounts: [{ account: 'UA1' }] }, { 'if-match': head.etag });
    expect([forbidden.status, forbidden.body.reason]).toEqual([403, 'FORBIDDEN_FIELD']);
  });

  it('names every fault, in the words of JSON', async () => {
    const { status, body } = await make('seller', { displayName: '', phones: [{ number: '' }] });
    expect([status, body.reason]).toEqual([400, 'INVALID_REQUEST']);
    expect(body.errors?.map(({ field }) => field)).toEqual([
      'counterparty.displayName',
      'counterparty.phones[0].number',
    ]);
  });

  it('is made once for one Idempotency-Key', async () => {
    const key = { 'idempotency-key': `key-${Date.now()}` };
    const [first, second] = [await make('seller', {}, key), await make('seller', {}, key)];
    expect(second.body.id).toBe(first.body.id);
    expect((await make('seller', { note: 'other' }, key)).status).toBe(422);
  });
});

describe('a list', () => {
  it('takes filter, order, mask and pages', async () => {
    const note = `list-${Date.now()}`;
    for (const displayName of ['в', 'б', 'а']) await make('seller', { displayName, note });
    const query = new URLSearchParams({
      filter: `note = "${note}"`,
      orderBy: 'displayName',
      pageSize: '2',
      readMask: 'displayName',
      includeTotal: 'true',
    });
    const page = await ask('seller', 'GET', `${PATH}?${query.toString()}`);
    expect(page.status).toBe(200);
    expect(page.headers.get('cache-control')).toBe('no-store');
    const names = (page.body.counterparties as { displayName: string }[]).map(({ displayName }) => displayName);
    expect([names, page.body.totalSize]).toEqual([['а', 'б'], 3]);
    query.set('pageToken', page.body.nextPageToken as string);
    const next = await ask('seller', 'GET', `${PATH}?${query.toString()}`);
    expect(next.body).toMatchObject({ counterparties: [{ displayName: 'в' }], nextPageToken: '' });
  });

  it.each([
    ['filter=nothing%20%3D%201', 'UNKNOWN_FIELD'],
    ['filter=bankAccounts%3A*', 'UNKNOWN_FIELD'],
    ['orderBy=nothing', 'UNKNOWN_FIELD'],
    ['readMask=bankAccounts', 'UNKNOWN_FIELD'],
    ['pageSize=-1', 'INVALID_REQUEST'],
    ['pageSize=x', 'INVALID_REQUEST'],
    ['includeTotal=yes', 'INVALID_REQUEST'],
    ['pageToken=forged', 'INVALID_PAGE_TOKEN'],
  ])('refuses %s', async (query, reason) => {
    expect((await ask('seller', 'GET', `${PATH}?${query}`)).body).toMatchObject({ status: 400, reason });
  });
});

describe('notifications', () => {
  it('tell each caller what he may read, as he may read it', async () => {
    const streams = { seller: await listen('seller'), other: await listen('other'), head: await listen('head') };
    const { body } = await make('seller', { note: 'told' });
    const told = await streams.seller.next(body.id);
    expect(told).toMatchObject({
      event: 'contacts.counterparty',
      data: { type: 'rapport.contacts.v1.CounterpartyCreated', id: body.id, version: 1, resource: { note: 'told' } },
    });
    expect(told.data.resource as object).not.toHaveProperty('bankAccounts');
    // Who may read them gets them by a read, which is audited.
    expect((await streams.head.next(body.id)).data.resource).not.toHaveProperty('bankAccounts');
    const { body: later } = await make('other');
    await streams.other.next(later.id);
    expect(streams.other.ids()).not.toContain(body.id);
    for (const stream of Object.values(streams)) stream.close();
  });
});

interface Told {
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** An open stream; `next` waits for the event of a row. */
async function listen(who: string): Promise<{ next(id: string): Promise<Told>; ids(): string[]; close(): void }> {
  const stop = new AbortController();
  const response = await fetch(`${gateway.url}/v1/notifications`, {
    headers: { authorization: `Bearer ${tokens.get(who) ?? ''}` },
    signal: stop.signal,
  });
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  const received: Told[] = [];
  void (async () => {
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const [, event = '', data = ''] = /^event: (.*)\ndata: (.*)$/.exec(block) ?? [];
        if (event !== '') received.push({ event, data: JSON.parse(data) as Record<string, unknown> });
      }
    }
  })().catch(() => undefined);
  return {
    async next(id) {
      for (let tries = 0; tries < 100; tries++) {
        const found = received.find(({ data }) => data.id === id);
        if (found) return found;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      throw new Error(`${who} was not told of ${id} within 10 s.`);
    },
    ids: () => received.map(({ data }) => String(data.id)),
    close: () => stop.abort(),
  };
}
