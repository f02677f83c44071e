import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Invoice, Invoice_State } from '@rapport/contracts/rapport/billing/v1/invoice';
import { InvoicesServiceService } from '@rapport/contracts/rapport/billing/v1/invoices_service';
import { Deal, Deal_Outcome } from '@rapport/contracts/rapport/deals/v1/deal';
import { DealImported, DealWon } from '@rapport/contracts/rapport/deals/v1/deal_events';
import { inheritedEnvironment, testServers } from '@rapport/test-kit/config';
import { EventOwner } from '@rapport/test-kit/event-owner';
import { freePort } from '@rapport/test-kit/servers/free-port';
import { type NatsServer, natsServer } from '@rapport/test-kit/servers/nats';
import { TestDatabase } from '@rapport/test-kit/service-database';
import { type LoggedIn, TestRealm } from '@rapport/test-kit/test-realm';
import { TestedService } from '@rapport/test-kit/tested-service';
import { v7 as uuidv7 } from 'uuid';
import { AppModule } from '../src/app.module.js';
import { blank, definitions, list, uah } from './factories.js';

// Real: PostgreSQL, Keycloak with svc-billing's own rights, the service as it runs, and a broker of this suite's own,
// because the suites of one run would take each other's events. Of deals: its journal and its relay.

const [branchId, departmentId, ownerId] = [uuidv7(), uuidv7(), uuidv7()];
const folder = mkdtempSync(join(testServers().folder, 'billing-nats-'));
let broker: NatsServer;
let database: TestDatabase;
let deals: EventOwner;
let billing: TestedService;
let accountant: LoggedIn;

beforeAll(async () => {
  const ports = { port: await freePort(), monitoringPort: await freePort() };
  const place = { logFile: join(folder, 'nats.log'), pidFolder: join(folder, 'pids'), env: inheritedEnvironment() };
  broker = natsServer({ folder, ...ports, ...place });
  await broker.process.start();
  const [realm, made] = await Promise.all([TestRealm.shared(), TestDatabase.make('billing')]);
  database = made;
  deals = await EventOwner.start('deals', broker.url);
  billing = await TestedService.start({
    name: 'billing',
    appModule: AppModule,
    definitions,
    database,
    // Both are away: a draft of a won deal refers to their rows without asking.
    addresses: { CONTACTS_URL: '127.0.0.1:1', DEALS_URL: '127.0.0.1:1' },
    realm,
    natsUrl: broker.url,
  });
  accountant = await realm.employee('accountant', { employeeId: uuidv7(), branchId, departmentPath: departmentId });
}, 120_000);

afterAll(async () => {
  await billing?.stop();
  await deals?.stop();
  await broker?.process.stop();
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
}, 30_000);

const invoices = () => billing.as(accountant, InvoicesServiceService);
const invoicesOf = async (deal: Deal): Promise<Invoice[]> =>
  (await invoices().listInvoices(list(`deal_id = "${deal.id}"`))).invoices;

const deal = (over: Partial<Deal> = {}): Deal => ({
  ...blank(Deal),
  id: uuidv7(),
  displayName: 'Вітрини для пекарні',
  outcome: Deal_Outcome.WON,
  ownerId,
  departmentId,
  branchId,
  creditedEmployeeId: ownerId,
  creditedDepartmentId: departmentId,
  creditedBranchId: branchId,
  counterpartyId: uuidv7(),
  amount: uah('118500.5'),
  ...over,
});
const won = (row: Deal, version = 2): Promise<void> =>
  deals.emit(DealWon, { aggregateId: row.id, version, message: { deal: row } });

async function draftOf(row: Deal): Promise<Invoice> {
  for (const end = Date.now() + 20_000; Date.now() < end; await sleep(20)) {
    const [invoice] = await invoicesOf(row);
    if (invoice) return invoice;
  }
  throw new Error('The won deal has no invoice after 20 s.');
}

/** Events before this one have been handled or are being so: a later one has its effect. */
async function later(): Promise<void> {
  const marker = deal();
  await won(marker);
  await draftOf(marker);
  await sleep(200);
}

describe('a won deal', () => {
  it('makes a draft of its order sum, for its owner and credited as it is', async () => {
    const row = deal({ cost: uah('90000'), productId: uuidv7() });
    await won(row);
    const draft = await draftOf(row);
    expect(draft).toMatchObject({
      state: Invoice_State.DRAFT,
      dealId: row.id,
      counterpartyId: row.counterpartyId,
      ownerId,
      departmentId,
      branchId,
      creditedEmployeeId: ownerId,
      total: uah('118500.5'),
      margin: uah('28500.5'),
      lines: [{ productId: row.productId, description: row.displayName, quantity: { value: '1' }, cost: uah('90000') }],
    });
    const events = await database.rows(
      `select split_part(type, '.', 4) as type, version from kit.outbox_event where aggregate_id = $1`,
      [draft.id],
    );
    expect(events).toEqual([{ type: 'InvoiceCreated', version: 1 }]);
  }, 30_000);

  it('makes one, however many events say that it was won, and at whatever moment', async () => {
    const row = deal();
    await Promise.all(Array.from({ length: 12 }, (_, index) => won(row, index + 2)));
    const draft = await draftOf(row);
    await later();
    expect(await invoicesOf(row)).toEqual([draft]);

    // A draft that somebody threw away does not come back.
    await invoices().deleteInvoice({ invoiceId: draft.id, etag: draft.etag });
    await won(row, 20);
    await later();
    expect(await invoicesOf(row)).toEqual([]);
    expect(await database.rows('select 1 from kit.dead_letter')).toEqual([]);
  }, 30_000);

  it('makes none without an order sum, none as history, and none beside one made by hand', async () => {
    const without = deal({ amount: undefined });
    const zero = deal({ amount: uah('0') });
    const history = deal();
    const byHand = deal();
    await won(byHand);
    const { id } = await draftOf(byHand);
    await database.owner.query('update invoice set won_deal_id = null where id = $1', [id]);
    await won(without);
    await won(zero);
    await deals.emit(DealImported, { aggregateId: history.id, version: 1, message: { deal: history } });
    await won(byHand, 3);
    await later();
    expect((await Promise.all([without, zero, history].map(invoicesOf))).flat()).toEqual([]);
    expect(await invoicesOf(byHand)).toHaveLength(1);
  }, 30_000);
});
