import { describe, expect, it } from '@jest/globals';
import { fromBinary, toJson } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { Invoice, InvoiceLine } from '@rapport/contracts/rapport/billing/v1/invoice';
import { Deal } from '@rapport/contracts/rapport/deals/v1/deal';
import { contracts } from '../contracts.js';
import { Grants } from './grants.js';
import { Masks } from './mask.js';

const DEAL = contracts.message('rapport.deals.v1.Deal');
const LIST = contracts.message('rapport.deals.v1.ListDealsResponse');
const INVOICE = contracts.message('rapport.billing.v1.Invoice');
const FIGURES = contracts.message('rapport.analytics.v1.DailyBoard');
const STAGES = contracts.message('rapport.deals.v1.ListStageChangesResponse');
const COUNTERPARTY = contracts.message('rapport.contacts.v1.Counterparty');

const masksOf = (granted: Record<string, string[]>): Masks =>
  Masks.of(new Grants(Object.entries(granted).map(([rsname, scopes]) => ({ rsname, scopes }))));

const plain = masksOf({ 'deals.deal': ['read@own'], 'billing.invoice': ['read@own'] });
const withCost = masksOf({ 'deals.deal': ['read@own', 'read:cost'], 'billing.invoice': ['read@own', 'read:cost'] });
const nobody = masksOf({});

const none = new Uint8Array();
const dealOf = (values: Partial<Deal>): Deal => ({ ...Deal.decode(none), ...values });
const lineOf = (values: Partial<InvoiceLine>): InvoiceLine => ({ ...InvoiceLine.decode(none), ...values });
const invoiceOf = (values: Partial<Invoice>): Invoice => ({ ...Invoice.decode(none), ...values });
const deal = dealOf({ id: 'd1', displayName: 'Cold room', margin: { amount: '7', currencyCode: 'UAH' } });

describe('Masks.prune', () => {
  it('hands the value on as it is where nothing is hidden', () => {
    expect(withCost.of(DEAL).all).toBe(true);
    expect(withCost.prune(DEAL, deal)).toBe(deal);
  });

  it('takes a hidden group out of a copy', () => {
    const pruned = plain.prune(DEAL, deal);
    expect(pruned.margin).toBeUndefined();
    expect(pruned.displayName).toBe('Cold room');
    expect(deal.margin).toBeDefined();
  });

  it('reaches through lists and wrappers that are no resources', () => {
    const pruned = plain.prune(LIST, { deals: [deal], nextPageToken: 'next' });
    expect(pruned.deals[0]?.margin).toBeUndefined();
    expect(pruned.nextPageToken).toBe('next');
  });

  it('hides a group of a message inside the resource that it stands in', () => {
    const invoice = invoiceOf({ id: 'i1', lines: [lineOf({ id: 'l1', cost: { amount: '3', currencyCode: 'UAH' } })] });
    expect(plain.prune(INVOICE, invoice).lines[0]).toMatchObject({ id: 'l1', cost: undefined });
    expect(withCost.prune(INVOICE, invoice)).toBe(invoice);
  });

  it('lets the resource that a figure names decide', () => {
    const board = { rows: [{ keys: [], measures: { count: 2, wonMargins: [{ amount: '1', currencyCode: 'UAH' }] } }] };
    const [row] = plain.prune(FIGURES, board).rows;
    expect(row?.measures).toMatchObject({ count: 2, wonMargins: [] });
    expect(withCost.prune(FIGURES, board)).toBe(board);
  });

  it('shows rows of a child resource with the right to its parent', () => {
    const changes = { stageChanges: [{ id: 's1' }] };
    expect(plain.prune(STAGES, changes)).toBe(changes);
    expect(nobody.prune(STAGES, changes)).toEqual({ stageChanges: [] });
  });

  it('leaves nothing of a resource whose rows may not be read', () => {
    const bytes = Deal.encode(nobody.prune(DEAL, deal)).finish();
    expect(bytes).toHaveLength(0);
  });

  it('leaves messages that can be encoded, holding no hidden field, whatever is granted', () => {
    const scopes = ['read@own', 'read:cost', 'update@own', 'update:cost', 'create'];
    const money = fc.record({ amount: fc.constantFrom('1', '2.5'), currencyCode: fc.constant('UAH') });
    const anyInvoice = fc.record({
      id: fc.uuid(),
      note: fc.string(),
      margin: fc.option(money, { nil: undefined }),
      lines: fc.array(fc.record({ id: fc.uuid(), cost: money })),
    });
    fc.assert(
      fc.property(fc.subarray(scopes), anyInvoice, (granted, value) => {
        const masks = masksOf({ 'billing.invoice': granted });
        const json = toJson(
          INVOICE,
          fromBinary(
            INVOICE,
            Invoice.encode(masks.prune(INVOICE, invoiceOf({ ...value, lines: value.lines.map(lineOf) }))).finish(),
          ),
        );
        const text = JSON.stringify(json);
        if (!granted.includes('read@own')) expect(text).toBe('{}');
        else if (!granted.includes('read:cost')) expect(text).not.toMatch(/"cost"|"margin"/);
        else
          expect(json).toEqual(
            toJson(
              INVOICE,
              fromBinary(INVOICE, Invoice.encode(invoiceOf({ ...value, lines: value.lines.map(lineOf) })).finish()),
            ),
          );
      }),
    );
  });
});

describe('Masks', () => {
  it('are shared by equal sets of rights', () => {
    expect(masksOf({ 'deals.deal': ['read@own', 'create'] })).toBe(
      masksOf({ 'deals.deal': ['create', 'read@own', 'deny:win@own'] }),
    );
  });

  it('resolve names of either spelling, and only those that may be read', () => {
    expect(plain.readable(DEAL, 'close_date.value')?.name).toBe('value');
    expect(plain.readable(DEAL, 'closeDate')?.name).toBe('close_date');
    expect(plain.readable(DEAL, ['attributes', 'colour'])?.name).toBe('attributes');
    expect(plain.readable(DEAL, 'margin.amount')).toBeUndefined();
    expect(withCost.readable(DEAL, 'margin.amount')?.name).toBe('amount');
    expect(plain.readable(INVOICE, 'lines.cost')).toBeUndefined();
    expect(plain.readable(INVOICE, 'lines.price')?.name).toBe('price');
    expect(plain.readable(DEAL, 'display_name.x')).toBeUndefined();
    expect(plain.readable(DEAL, 'constructor')).toBeUndefined();
    expect(nobody.readable(DEAL, 'id')).toBeUndefined();
  });

  it('list the readable fields', () => {
    const names = plain.readableFields(DEAL).map(({ name }) => name);
    expect(names).toContain('amount');
    expect(names).not.toContain('margin');
  });

  it('tell a hidden member of a JSON request exactly as one that was never declared', () => {
    const masks = masksOf({ 'contacts.counterparty': ['read@own', 'update@own'] });
    const json = {
      displayName: 'Лидер',
      bankAccounts: [{ account: '1' }],
      bankAccountz: 1,
      phones: [{ number: '1', numbr: '2' }],
    };
    expect(masks.unknownMembers(COUNTERPARTY, json, 'counterparty')).toEqual([
      {
        field: 'counterparty.bankAccounts',
        description: 'Field "bankAccounts" does not exist.',
        reason: 'UNKNOWN_FIELD',
      },
      {
        field: 'counterparty.bankAccountz',
        description: 'Field "bankAccountz" does not exist.',
        reason: 'UNKNOWN_FIELD',
      },
      { field: 'counterparty.phones[0].numbr', description: 'Field "numbr" does not exist.', reason: 'UNKNOWN_FIELD' },
    ]);
  });
});
