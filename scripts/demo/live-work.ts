// The demo company's last few days, done by the people themselves: sellers
// open, move and win deals, the accountant issues invoices and enters payments,
// the assistants take complaints and the quality manager works on them.
import { setTimeout as sleep } from 'node:timers/promises';
import { RestClient, type Addresses } from '../rest-client.ts';

const SOURCE = 'demo';
const CURRENCY = 'UAH';
/** How long a won deal's draft invoice may take before the demo gives up. */
const REACTION_MS = 30_000;

interface Row {
  readonly id: string;
  readonly etag: string;
}
interface Deal extends Row {
  readonly pipelineId: string;
  readonly stageId: string;
  readonly outcome: string;
  readonly counterpartyId?: string;
}
interface Pipeline extends Row {
  readonly defaultPipeline?: boolean;
  readonly stages: readonly { readonly id: string }[];
}
interface Invoice extends Row {
  readonly state: string;
  readonly counterpartyId: string;
  readonly total: { readonly amount: string; readonly currencyCode: string };
}
interface Complaint extends Row {
  readonly state: string;
}
type Rows = ReadonlyMap<string, Row>;

interface LiveDeal {
  readonly key: string;
  readonly seller: string;
  readonly client: string;
  readonly product: string;
  readonly name: string;
  readonly amount: string;
  /** Stage to bring it to, by index. */
  readonly stage: number;
  readonly win: boolean;
  /** Part of the invoice that is paid at once, as a divisor; when absent the invoice stays a draft. */
  readonly paidPart?: 1 | 2;
}

const DEALS: readonly LiveDeal[] = [
  {
    key: 'live-1',
    seller: 'petrenko',
    client: 'client-01',
    product: 'GR-375',
    name: 'Дві гірки для нового магазину',
    amount: '392000',
    stage: 4,
    win: true,
    paidPart: 1,
  },
  {
    key: 'live-2',
    seller: 'lysenko',
    client: 'client-03',
    product: 'BN-210',
    name: 'Бонети в зал заморозки',
    amount: '354000',
    stage: 3,
    win: true,
    paidPart: 2,
  },
  {
    key: 'live-3',
    seller: 'kuzmin',
    client: 'client-33',
    product: 'KX-030',
    name: 'Камера для распределительного склада',
    amount: '236700',
    stage: 4,
    win: true,
  },
  {
    key: 'live-4',
    seller: 'morozov',
    client: 'client-07',
    product: 'VX-180',
    name: 'Витрины в магазин на Соборной',
    amount: '127800',
    stage: 2,
    win: false,
  },
  {
    key: 'live-5',
    seller: 'havryliuk',
    client: 'client-41',
    product: 'VK-130',
    name: 'Кондитерська вітрина в кав’ярню',
    amount: '57300',
    stage: 1,
    win: false,
  },
  {
    key: 'live-6',
    seller: 'sydorenko',
    client: 'client-12',
    product: 'SH-700',
    name: 'Шафи для пекарні',
    amount: '119400',
    stage: 0,
    win: false,
  },
];

const COMPLAINTS = [
  {
    key: 'complaint-1',
    by: 'vasylenko',
    client: 'client-02',
    subject: 'SUBJECT_SOLD_GOODS',
    summary: 'Вітрина не тримає температуру',
    taken: true,
  },
  {
    key: 'complaint-2',
    by: 'stepanova',
    client: 'client-35',
    subject: 'SUBJECT_SERVICE',
    summary: 'Монтажники опоздали на день',
    taken: true,
  },
  {
    key: 'complaint-3',
    by: 'vasylenko',
    client: 'client-19',
    subject: 'SUBJECT_EQUIPMENT',
    summary: 'Шумить компресор камери',
    taken: false,
  },
] as const;

export async function liveWork(addresses: Addresses, counterparties: Rows, products: Rows): Promise<void> {
  const as = (username: string): RestClient => RestClient.as(addresses, username);
  await Promise.all([
    (async () => {
      for (const plan of DEALS) await workDeal(as(plan.seller), as('romaniuk'), plan, counterparties, products);
    })(),
    (async () => {
      for (const plan of COMPLAINTS) await workComplaint(as(plan.by), as('tkachuk'), plan, counterparties);
    })(),
  ]);
}

async function workDeal(
  seller: RestClient,
  accountant: RestClient,
  plan: LiveDeal,
  counterparties: Rows,
  products: Rows,
): Promise<void> {
  const pipeline = await defaultPipeline(seller);
  let deal = await seller.post<Deal>('/v1/deals', {
    externalId: { source: SOURCE, key: plan.key },
    displayName: plan.name,
    counterpartyId: idOf(counterparties, plan.client),
    productId: idOf(products, plan.product),
    amount: { amount: plan.amount, currencyCode: CURRENCY },
  });
  // From where it stands, so that an interrupted run goes on.
  for (let stage = pipeline.stages.findIndex(({ id }) => id === deal.stageId) + 1; stage <= plan.stage; stage += 1) {
    if (deal.outcome !== 'OUTCOME_OPEN') break;
    deal = await seller.post<Deal>(
      `/v1/deals/${deal.id}:move`,
      { stageId: pipeline.stages[stage]?.id },
      { ifMatch: `"${deal.etag}"` },
    );
  }
  if (!plan.win) return;
  if (deal.outcome === 'OUTCOME_OPEN')
    deal = await seller.post<Deal>(`/v1/deals/${deal.id}:win`, {}, { ifMatch: `"${deal.etag}"` });
  if (plan.paidPart) await settle(accountant, deal, plan, plan.paidPart);
}

/** Issues the draft that the won deal made, and enters what was paid. */
async function settle(accountant: RestClient, deal: Deal, plan: LiveDeal, paidPart: number): Promise<void> {
  let invoice = await draftOf(accountant, deal);
  if (invoice.state === 'STATE_DRAFT') {
    invoice = await accountant.post<Invoice>(`/v1/invoices/${invoice.id}:issue`, {}, { ifMatch: `"${invoice.etag}"` });
  }
  await accountant.post('/v1/payments', {
    externalId: { source: SOURCE, key: `${plan.key}-payment` },
    invoiceId: invoice.id,
    amount: { amount: String(Number(invoice.total.amount) / paidPart), currencyCode: invoice.total.currencyCode },
    purpose: 'Оплата за холодильне обладнання',
  });
}

async function draftOf(accountant: RestClient, deal: Deal): Promise<Invoice> {
  const query = new URLSearchParams({ filter: `dealId = "${deal.id}"` });
  for (const giveUpAt = Date.now() + REACTION_MS; Date.now() < giveUpAt; await sleep(200)) {
    const { invoices } = await accountant.get<{ invoices: Invoice[] }>(`/v1/invoices?${query}`);
    if (invoices[0]) return invoices[0];
  }
  throw new Error(`Deal ${deal.id} was won and has no draft invoice after ${REACTION_MS / 1000} s.`);
}

async function workComplaint(
  taker: RestClient,
  quality: RestClient,
  plan: (typeof COMPLAINTS)[number],
  counterparties: Rows,
): Promise<void> {
  const { id } = await taker.post<Complaint>('/v1/complaints', {
    externalId: { source: SOURCE, key: plan.key },
    subject: plan.subject,
    counterpartyId: idOf(counterparties, plan.client),
    summary: plan.summary,
  });
  if (!plan.taken) return;
  const complaint = await quality.get<Complaint>(`/v1/complaints/${id}`);
  if (complaint.state === 'STATE_NEW')
    await quality.post(`/v1/complaints/${id}:take`, {}, { ifMatch: `"${complaint.etag}"` });
}

async function defaultPipeline(client: RestClient): Promise<Pipeline> {
  for await (const pipeline of client.list<Pipeline>('/v1/pipelines', 'pipelines')) {
    if (pipeline.defaultPipeline) return pipeline;
  }
  throw new Error('There is no default pipeline.');
}

function idOf(rows: Rows, key: string): string {
  const row = rows.get(key);
  if (!row) throw new Error(`"${key}" is not among the rows of the demo company.`);
  return row.id;
}
