import { describe, expect, it } from '@jest/globals';
import { contracts } from '@rapport/service-kit/contracts';
import type { AppError } from '@rapport/service-kit/errors';
import { collectBindings } from './bindings.js';
import { type RequestParts, assemble, planAssembly } from './request-assembly.js';

const bindings = collectBindings(contracts.registry);
const none: RequestParts = { path: [], query: {}, body: undefined, version: undefined, idempotencyKey: undefined };

function request(rpc: string, parts: Partial<RequestParts>): Record<string, unknown> {
  const binding = bindings.find((candidate) => candidate.rpc.name === rpc);
  if (binding === undefined) throw new Error(`${rpc} has no HTTP rule.`);
  return assemble(planAssembly(binding), { ...none, ...parts });
}

function faults(rpc: string, parts: Partial<RequestParts>): string {
  try {
    request(rpc, parts);
  } catch (error) {
    const { reason, violations } = error as AppError;
    return [reason, ...violations.map(({ field }) => field)].join(' ');
  }
  return 'none';
}

describe('query parameters', () => {
  it('converts each by the kind of its field, in both spellings', () => {
    const query = {
      filter: 'outcome = WON',
      pageSize: '20',
      order_by: 'create_time',
      includeTotal: 'true',
      readMask: 'id,displayName',
    };
    expect(request('ListDeals', { query })).toEqual({
      filter: 'outcome = WON',
      page_size: '20',
      order_by: 'create_time',
      include_total: true,
      read_mask: 'id,displayName',
    });
  });

  it('takes a list as repeated parameters or with commas', () => {
    expect(request('GetDailyBoard', { query: { groupBy: ['branch', 'manager,month'] } })).toEqual({
      group_by: ['branch', 'manager', 'month'],
    });
  });

  it.each([
    [{ nothing: '1' }, 'UNKNOWN_FIELD nothing'],
    [
      JSON.parse('{"__proto__":"1","constructor":"2"}') as Record<string, string>,
      'UNKNOWN_FIELD __proto__ constructor',
    ],
    [{ pageSize: ['1', '2'] }, 'INVALID_REQUEST pageSize'],
    [{ pageSize: '1', page_size: '2' }, 'INVALID_REQUEST page_size'],
    [{ 'filter.x': '1' }, 'UNKNOWN_FIELD filter.x'],
    [{ access_token: 'x' }, 'UNKNOWN_FIELD access_token'],
  ])('refuses %j', (query, expected) => expect(faults('ListDeals', { query })).toBe(expected));

  it('has none beside a whole body, nor for what the path or a header holds', () => {
    expect(faults('WinDeal', { path: ['1'], version: '1', query: { etag: '1' } })).toBe('UNKNOWN_FIELD etag');
    expect(faults('GetDeal', { path: ['1'], query: { dealId: '2' } })).toBe('UNKNOWN_FIELD dealId');
    expect(faults('CreateDeal', { body: {}, query: { requestId: '2' } })).toBe('UNKNOWN_FIELD requestId');
  });
});

describe('PATCH', () => {
  const patch = (body: unknown, query = {}): Record<string, unknown> =>
    request('UpdateDeal', { path: ['d1'], version: '3', body, query });

  it('changes the members present; null clears', () => {
    expect(patch({ displayName: 'x', amount: null, note: '' })).toEqual({
      deal: { id: 'd1', displayName: 'x', amount: null, note: '' },
      update_mask: 'display_name,amount,note',
      etag: '3',
    });
  });

  it('changes attributes one by one', () => {
    expect(patch({ attributes: { colour: 'red', size: null } }).update_mask).toBe('attributes.colour,attributes.size');
    expect(patch({ attributes: null }).update_mask).toBe('attributes');
    expect(faults('UpdateDeal', { path: ['d1'], version: '3', body: { attributes: { 'a,b': 1 } } })).toBe(
      'UNKNOWN_FIELD deal.attributes.a,b',
    );
  });

  it('lets update_mask say otherwise', () => {
    expect(patch({ displayName: 'x', note: 'y' }, { updateMask: 'note' }).update_mask).toBe('note');
  });

  it('takes the id from the path and refuses another one', () => {
    expect(patch({ id: 'd1' })).toEqual({ deal: { id: 'd1' }, update_mask: '', etag: '3' });
    expect(faults('UpdateDeal', { path: ['d1'], version: '3', body: { id: 'd2' } })).toBe('INVALID_REQUEST deal.id');
  });
});

describe('headers and body', () => {
  it('fills etag from If-Match, or takes it from the message, and asks for it else', () => {
    expect(request('WinDeal', { path: ['d1'], version: '4' })).toEqual({ deal_id: 'd1', etag: '4' });
    expect(request('WinDeal', { path: ['d1'], body: { etag: '4' } })).toEqual({ deal_id: 'd1', etag: '4' });
    expect(request('DeleteDeal', { path: ['d1'], query: { etag: '4' } })).toEqual({ deal_id: 'd1', etag: '4' });
    expect(faults('WinDeal', { path: ['d1'], version: '4', body: { etag: '5' } })).toBe('INVALID_REQUEST etag');
    expect(faults('WinDeal', { path: ['d1'] })).toBe('ETAG_REQUIRED');
  });

  it('fills request_id from Idempotency-Key', () => {
    expect(request('CreateDeal', { body: {}, idempotencyKey: 'k-1' })).toEqual({ deal: {}, request_id: 'k-1' });
    expect(faults('CreateDeal', { body: {}, idempotencyKey: 'x'.repeat(129) })).toBe('INVALID_REQUEST Idempotency-Key');
    expect(faults('CreateDeal', { body: {}, idempotencyKey: 'a b' })).toBe('INVALID_REQUEST Idempotency-Key');
  });

  it.each([
    ['CreateDeal', undefined],
    ['CreateDeal', []],
    ['CreateDeal', 'text'],
    ['GetDeal', {}],
  ])('%s refuses the body %j', (rpc, body) => expect(faults(rpc, { path: ['1'], body })).toBe('INVALID_REQUEST body'));
});
