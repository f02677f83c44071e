import { describe, expect, it } from '@jest/globals';
import { contracts } from './contracts.js';

describe('contracts', () => {
  it('tells the rule and the HTTP face of an rpc', () => {
    const method = contracts.method('/rapport.deals.v1.DealsService/WinDeal');
    expect(method.rule).toEqual({ resource: 'deals.deal', action: 'win', callers: 'PERMITTED' });
    expect(method.http).toEqual({ verb: 'POST', path: '/v1/deals/{deal_id}:win', body: '*' });
    expect(method.readOnly).toBe(false);
    expect(method.desc.input.typeName).toBe('rapport.deals.v1.WinDealRequest');
  });

  it('tells who may call an rpc that is not for people', () => {
    expect(contracts.method('/rapport.event.v1.EventJournalService/ReplayEvents')).toMatchObject({
      rule: { resource: 'event.journal', callers: 'SERVICES' },
      readOnly: true,
    });
    const check = contracts.method('/rapport.access.v1.ReferencesService/CheckReferences');
    expect(check).toMatchObject({ rule: { resource: '', action: '', callers: 'AUTHENTICATED' }, readOnly: true });
    expect(check.http).toBeUndefined();
  });

  it('tells how the rows of a resource are scoped, and its verbs', () => {
    const deal = contracts.resource('deals.deal');
    expect(deal).toMatchObject({
      rows: 'OWNED',
      verbs: expect.arrayContaining(['lose', 'move', 'transfer', 'undelete', 'win']),
    });
    expect(deal.parent).toBeUndefined();
    expect(contracts.resource('deals.stage_change')).toMatchObject({ rows: 'CHILD_OF', parent: 'deals.deal' });
    expect(contracts.resourceOfMessage(contracts.message('rapport.deals.v1.Deal'))).toBe(deal);
    expect(contracts.resourceOfMessage(contracts.message('rapport.deals.v1.GetDealRequest'))).toBeUndefined();
  });

  it('tells what is declared of a field', () => {
    const rule = (name: string) => contracts.fieldRule(contracts.message('rapport.deals.v1.Deal').field[name]!);
    expect(rule('margin')).toMatchObject({ group: 'cost', outputOnly: true, importOnly: false });
    expect(rule('ownerId')).toMatchObject({ group: '', references: 'contacts.employee', importOnly: true });
    expect(rule('pipelineId')).toMatchObject({ immutable: true, outputOnly: false });
    expect(rule('displayName')).toMatchObject({ required: true, personal: '', resource: '' });
  });

  it('knows which messages protovalidate has anything to say about', () => {
    expect(contracts.hasValidation(contracts.message('rapport.deals.v1.GetDealRequest'))).toBe(true);
    expect(contracts.hasValidation(contracts.message('rapport.deals.v1.BatchCreateDealsRequest'))).toBe(true);
    expect(contracts.hasValidation(contracts.message('rapport.event.v1.Digest'))).toBe(false);
  });

  it('lists what one package declares', () => {
    expect(contracts.services('rapport.deals.v1').map(({ name }) => name)).toEqual(
      expect.arrayContaining(['DealsService', 'ProductsService']),
    );
    expect(contracts.methods('rapport.deals.v1').every(({ path }) => path.startsWith('/rapport.deals.v1.'))).toBe(true);
  });

  it('refuses a name that is not declared', () => {
    expect(() => contracts.resource('deals.nothing')).toThrow('declare no resource "deals.nothing"');
    expect(() => contracts.method('/x/Y')).toThrow('declare no rpc');
  });
});
