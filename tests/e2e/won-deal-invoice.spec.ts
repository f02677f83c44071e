// A won deal with an order sum makes its draft invoice in billing, exactly one.
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, Platform, refusal } from './platform.js';

interface Row {
  readonly id: string;
  readonly etag: string;
}
interface Invoice extends Row {
  readonly number: string;
  readonly state: string;
  readonly ownerId: string;
  readonly total: { readonly amount: string; readonly currencyCode: string };
  readonly paymentState: string;
}

describe('a won deal', () => {
  const platform = new Platform();
  const seller = platform.as('petrenko');
  const accountant = platform.as('romaniuk');

  async function openDeal(amount?: string): Promise<Row & { ownerId: string }> {
    const { counterparties } = await seller.get<{ counterparties: Row[] }>('/v1/counterparties?pageSize=1');
    return seller.post('/v1/deals', {
      displayName: 'Вітрини для пекарні',
      counterpartyId: counterparties[0]?.id,
      ...(amount && { amount: { amount, currencyCode: 'UAH' } }),
    });
  }

  async function invoicesOf(dealId: string): Promise<Invoice[]> {
    const query = new URLSearchParams({ filter: `dealId = "${dealId}"` });
    return (await accountant.get<{ invoices: Invoice[] }>(`/v1/invoices?${query}`)).invoices;
  }

  it('makes one draft of the order sum, which the accountant issues and sees paid', async () => {
    const deal = await openDeal('120000');
    await seller.post(
      `/v1/deals/${deal.id}:win`,
      { amount: { amount: '118500.5', currencyCode: 'UAH' } },
      { ifMatch: `"${deal.etag}"` },
    );
    const draft = await eventually(async () => {
      const [invoice] = await invoicesOf(deal.id);
      expect(invoice).toBeDefined();
      return invoice as Invoice;
    }, 5_000);
    expect(draft).toMatchObject({
      state: 'STATE_DRAFT',
      total: { amount: '118500.5', currencyCode: 'UAH' },
      ownerId: deal.ownerId,
    });

    // The same event again, however often, makes no second one.
    process.kill(platform.pid('billing'), 'SIGKILL');
    await eventually(async () => expect(await invoicesOf(deal.id)).toHaveLength(1), 30_000, 500);
    await sleep(1_000);
    expect(await invoicesOf(deal.id)).toHaveLength(1);

    const issued = await accountant.post<Invoice>(`/v1/invoices/${draft.id}:issue`, {}, { ifMatch: `"${draft.etag}"` });
    expect(issued.number).not.toBe('');
    await accountant.post('/v1/payments', { invoiceId: draft.id, amount: { amount: '500.5', currencyCode: 'UAH' } });
    await accountant.post('/v1/payments', { invoiceId: draft.id, amount: { amount: '118000', currencyCode: 'UAH' } });
    expect((await accountant.get<Invoice>(`/v1/invoices/${draft.id}`)).paymentState).toBe('PAYMENT_STATE_FULL');
  }, 60_000);

  it('makes none without an order sum', async () => {
    const deal = await openDeal();
    await seller.post(`/v1/deals/${deal.id}:win`, {}, { ifMatch: `"${deal.etag}"` });
    await sleep(2_000);
    expect(await invoicesOf(deal.id)).toEqual([]);
  });

  it('cannot be won twice, nor with a stale version', async () => {
    const deal = await openDeal('10');
    const won = await seller.post<Row>(`/v1/deals/${deal.id}:win`, {}, { ifMatch: `"${deal.etag}"` });
    const stale = await refusal(seller.post(`/v1/deals/${deal.id}:win`, {}, { ifMatch: `"${deal.etag}"` }));
    expect([stale.status, stale.reason]).toEqual([412, 'STALE_ETAG']);
    const again = await refusal(seller.post(`/v1/deals/${deal.id}:win`, {}, { ifMatch: `"${won.etag}"` }));
    expect([again.status, again.reason]).toEqual([409, 'DEAL_NOT_OPEN']);
    const without = await refusal(seller.post(`/v1/deals/${deal.id}:win`, {}));
    expect([without.status, without.reason]).toEqual([428, 'ETAG_REQUIRED']);
  });
});
