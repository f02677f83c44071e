// One trace leads from the REST call to the figure and to the reaction; neither spans nor log lines hold personal data.
import { randomBytes, randomUUID } from 'node:crypto';
import { clients } from '../../scripts/demo/clients.js';
import { employees } from '../../scripts/demo/company.js';
import { eventually, Platform, refusal } from './platform.js';
import type { CollectedSpan } from './trace-collector.js';

interface Row {
  readonly id: string;
  readonly etag: string;
}

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');

/** A trace that a client began and wants recorded. */
class ClientTrace {
  readonly traceId = hex(16);
  readonly spanId = hex(8);
  readonly traceparent = `00-${this.traceId}-${this.spanId}-01`;
}

const platform = new Platform();
const seller = platform.as('petrenko');
const accountant = platform.as('romaniuk');

async function openDeal(traceparent: string): Promise<Row> {
  const { counterparties } = await seller.get<{ counterparties: Row[] }>('/v1/counterparties?pageSize=1');
  const [counterparty] = counterparties;
  const amount = { amount: '98000', currencyCode: 'UAH' };
  return seller.post(
    '/v1/deals',
    { displayName: 'Холодильна гірка', counterpartyId: counterparty?.id, amount },
    { traceparent },
  );
}

const GATEWAY_CREATES = 'gateway POST /v1/deals';
const GATEWAY_WINS = 'gateway POST /v1/deals/{deal_id}:win';
const CREATE = '/rapport.deals.v1.DealsService/CreateDeal';
const WIN = '/rapport.deals.v1.DealsService/WinDeal';
const FIGURES = 'analytics process analytics--deal-figures';
const REACTION = 'billing process billing--invoice-on-deal-won';

/** Who must have caused what. The client's own span is not ours to send. */
const STEPS: readonly (readonly [cause: string, effect: string])[] = [
  ['client', GATEWAY_CREATES],
  [GATEWAY_CREATES, `gateway ${CREATE}`],
  [`gateway ${CREATE}`, `deals ${CREATE}`],
  [`deals ${CREATE}`, 'deals publish rapport.deals.v1.DealCreated'],
  ['deals publish rapport.deals.v1.DealCreated', FIGURES],
  ['client', GATEWAY_WINS],
  [GATEWAY_WINS, `gateway ${WIN}`],
  [`gateway ${WIN}`, `deals ${WIN}`],
  [`deals ${WIN}`, 'deals publish rapport.deals.v1.DealWon'],
  ['deals publish rapport.deals.v1.DealWon', FIGURES],
  ['deals publish rapport.deals.v1.DealWon', REACTION],
  [REACTION, 'billing publish rapport.billing.v1.InvoiceCreated'],
  ['billing publish rapport.billing.v1.InvoiceCreated', 'analytics process analytics--invoices'],
];

describe('a deal, from the REST call on', () => {
  const trace = new ClientTrace();
  let spans: CollectedSpan[];

  const nameOf = ({ service, name }: CollectedSpan): string => `${service} ${name}`;
  const causeOf = ({ parentSpanId }: CollectedSpan): string => {
    if (parentSpanId === trace.spanId) return 'client';
    const parent = spans.find(({ spanId }) => spanId === parentSpanId);
    return parent ? nameOf(parent) : `a span that is missing, ${parentSpanId}`;
  };

  it('is one trace to the figures and to the draft invoice, and continues the client’s', async () => {
    const deal = await openDeal(trace.traceparent);
    await seller.post(`/v1/deals/${deal.id}:win`, {}, { ifMatch: `"${deal.etag}"`, traceparent: trace.traceparent });
    const steps = STEPS.map(([cause, effect]) => `${cause} → ${effect}`);
    await eventually(
      async () => {
        spans = await platform.spans(trace.traceId);
        expect(spans.map((span) => `${causeOf(span)} → ${nameOf(span)}`)).toEqual(expect.arrayContaining(steps));
      },
      15_000,
      250,
    );
  }, 30_000);

  it('has no span whose cause is missing, and none of another trace', () => {
    expect(spans.filter((span) => causeOf(span).startsWith('a span that is missing'))).toEqual([]);
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([trace.traceId]));
  });

  it('names the event in its steps', () => {
    const [published] = spans.filter(({ name }) => name === 'publish rapport.deals.v1.DealWon');
    const processed = spans.filter(({ parentSpanId }) => parentSpanId === published?.spanId);
    expect(published?.attributes).toMatchObject({
      'messaging.system': 'nats',
      'messaging.operation.type': 'send',
      'messaging.destination.name': 'RAPPORT_DEALS',
      'rapport.aggregate.version': 2,
    });
    expect(new Set(processed.map(({ attributes }) => attributes['messaging.message.id']))).toEqual(
      new Set([published?.attributes['messaging.message.id']]),
    );
  });
});

describe('the trace id of a problem', () => {
  interface Line {
    readonly event?: string;
    readonly traceId?: string;
    readonly [field: string]: unknown;
  }

  /** The lines of one process that belong to the trace; they may be collected for half a second before they are written. */
  function linesOf(process: string, traceId: string): Line[] {
    const text = platform.logs().get(`${process}.log`) ?? '';
    const lines = text.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'));
    return lines.map((line) => JSON.parse(line) as Line).filter((line) => line.traceId === traceId);
  }

  it('is the client’s, and leads to the log lines of every process that took part', async () => {
    const trace = new ClientTrace();
    const deal = await openDeal(trace.traceparent);
    const stale = await refusal(
      seller.post(`/v1/deals/${deal.id}:win`, {}, { ifMatch: '"999"', traceparent: trace.traceparent }),
    );
    expect([stale.reason, stale.problem.traceId]).toEqual(['STALE_ETAG', trace.traceId]);
    await eventually(() => {
      expect(linesOf('gateway', trace.traceId)).toContainEqual(
        expect.objectContaining({ event: 'http.request', status: 412, service: 'gateway' }),
      );
      expect(linesOf('deals', trace.traceId)).toContainEqual(
        expect.objectContaining({ event: 'rpc', rpc: WIN, reason: 'STALE_ETAG', service: 'deals' }),
      );
    }, 5_000);
  });

  it('is a new one where the client brings none', async () => {
    const unknown = await refusal(seller.get(`/v1/deals/${randomUUID()}`));
    const traceId = String(unknown.problem.traceId);
    expect(traceId).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
    await eventually(() => {
      expect(linesOf('gateway', traceId)).toHaveLength(1);
      expect(linesOf('deals', traceId)).toContainEqual(expect.objectContaining({ event: 'rpc', code: 'NOT_FOUND' }));
    }, 5_000);
  });

  it.each([
    ['a body that is no JSON', 'POST', '/v1/deals', '{', 400],
    ['an address that does not exist', 'GET', '/v1/nothing', undefined, 404],
    ['an address that is none', 'GET', '/v1/deals/%ZZ', undefined, 400],
  ])('is the client’s for %s too', async (_what, method, path, body, status) => {
    const trace = new ClientTrace();
    const response = await fetch(platform.addresses.gateway + path, {
      method,
      headers: {
        authorization: `Bearer ${await seller.accessToken()}`,
        traceparent: trace.traceparent,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body }),
    });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ traceId: trace.traceId });
    await eventually(() => expect(linesOf('gateway', trace.traceId)).toMatchObject([{ status }]), 5_000);
  });
});

describe('neither spans nor log lines', () => {
  const trace = new ClientTrace();
  const { traceparent } = trace;
  const mark = hex(5);
  /** Of one invented person and his company; each is found again if it leaks. */
  const personal = {
    familyName: `Zabuzhko${mark}`,
    givenName: `Oksana${mark}`,
    phone: `+38044${String(Date.now()).slice(-7)}`,
    email: `oksana.${mark}@example.org`,
    account: `UA${String(Date.now()).padStart(27, '7')}`,
    note: `allergic-to-${mark}`,
    password: `wrong-${hex(8)}`,
  };
  const tokens: string[] = [];

  /** Everything that people do with such data: enter it, look for it, and err in it on every road. */
  beforeAll(async () => {
    const importer = platform.as('importer');
    const { familyName, givenName, phone, email, account, note, password } = personal;
    const person = { familyName, givenName, note, phones: [{ number: phone }], emails: [{ address: email }] };
    const created = await seller.post<Row>('/v1/people', person, { traceparent });
    await accountant.get(`/v1/people?${new URLSearchParams({ filter: `familyName = "${familyName}"` })}`);
    await seller.post(
      '/v1/counterparties',
      { displayName: familyName, kinds: ['KIND_CLIENT'], emails: [{ address: email }], phones: [{ number: phone }] },
      { traceparent },
    );
    await importer.post(
      '/v1/counterparties:batchCreate',
      { requests: [{ counterparty: await withBank(account) }] },
      { traceparent },
    );
    const refused = [
      seller.post('/v1/people', { ...person, emails: [{ address: `${email} ` }] }, { traceparent }),
      seller.post('/v1/people', { ...person, birthName: familyName }, { traceparent }),
      seller.patch(`/v1/people/${created.id}`, '"999"', { note }),
      seller.get(`/v1/people?${new URLSearchParams({ filter: `nosuch = "${phone}"` })}`),
      seller.get(`/v1/people?${new URLSearchParams({ filter: `familyName = "${familyName}` })}`),
      seller.get(`/v1/people/${email}`),
      seller.get(`/v1/${familyName}?email=${email}`),
    ];
    for (const request of refused) await refusal(request);
    for (const taken of [{ username: 'petrenko' }, { email: 'petrenko@leader.example' }]) {
      const conflict = importer.post('/v1/employees', { ...(await employee()), ...taken }, { traceparent });
      expect((await refusal(conflict)).status).toBe(409);
    }
    tokens.push(await seller.accessToken(), await importer.accessToken(), await accountant.accessToken());
    await fetch(`${platform.addresses.gateway}/v1/people?token=${tokens[0]}`, {
      headers: { authorization: `Bearer ${tokens[0]?.slice(0, -4)}`, cookie: `__Host-session=${tokens[1]}` },
    });
    const { keycloak, realm, clientId } = platform.addresses;
    await fetch(`${keycloak}/realms/${realm}/protocol/openid-connect/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'password', client_id: clientId, username: email, password }),
    });
  }, 60_000);

  async function withBank(account: string): Promise<object> {
    const { employees: staff } = await seller.get<{
      employees: (Row & { username?: string; departmentId: string; branchId: string })[];
    }>('/v1/employees?pageSize=100');
    const owner = staff.find(({ username }) => username === 'petrenko');
    return {
      displayName: personal.familyName,
      kinds: ['KIND_CLIENT'],
      bankAccounts: [{ bankName: 'Bank', account, currencyCode: 'UAH' }],
      ownerId: owner?.id,
      departmentId: owner?.departmentId,
      branchId: owner?.branchId,
    };
  }

  async function employee(): Promise<object> {
    const { employees: staff } = await seller.get<{ employees: { departmentId: string; branchId: string }[] }>(
      '/v1/employees?pageSize=1',
    );
    const { familyName, givenName } = personal;
    const { departmentId, branchId } = staff[0] ?? {};
    return { familyName, givenName, departmentId, branchId };
  }

  /** What stands in a text and must not, in words that say what it is and not which. */
  function findings(text: string): string[] {
    const wanted: (readonly [what: string, values: readonly string[]])[] = [
      ...Object.entries(personal).map(([what, value]) => [what, [value]] as const),
      ['a token', tokens.flatMap((token) => token.split('.').slice(1))],
      ['a password', platform.addresses.users.map((user) => user.password)],
      ['a secret', stringsIn(platform.secrets())],
      ['a family name', [...employees, ...clients.map(({ person }) => person)].map((person) => person.familyName)],
      ['a login name', employees.map(({ username }) => username)],
      ['an account number', ['UA00000000']],
      ['an e-mail address of the company', ['@leader.example']],
    ];
    return wanted.filter(([, values]) => values.some((value) => text.includes(value))).map(([what]) => what);
  }

  it('hold them in any file of the run’s logs', async () => {
    const done = hex(16);
    await refusal(seller.get(`/v1/people/${randomUUID()}`, { traceparent: `00-${done}-${hex(8)}-01` }));
    const logs = await eventually(() => {
      const read = platform.logs();
      // Written in order: all that came before is there too.
      for (const process of ['gateway', 'contacts']) expect(read.get(`${process}.log`)).toContain(done);
      return read;
    }, 5_000);
    const found = [...logs].map(([file, text]) => ({ file, what: findings(text) }));
    expect(found.filter(({ what }) => what.length > 0)).toEqual([]);
    expect(logs.get('contacts.log')).toContain(trace.traceId);
  });

  it('hold them among what is exported', async () => {
    const spans = await eventually(async () => {
      const collected = await platform.spans(trace.traceId);
      expect(collected.map(({ name }) => name)).toContain('publish rapport.contacts.v1.PersonCreated');
      return collected;
    }, 10_000);
    expect(findings(spans.map(({ sent }) => sent).join('\n'))).toEqual([]);
  });
});

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}
