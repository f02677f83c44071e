import { describe, expect, it } from '@jest/globals';
import { fromJson, type JsonValue } from '@bufbuild/protobuf';
import { contracts } from '../contracts.js';
import type { AppError, FieldViolation } from '../errors.js';
import { Grants } from './grants.js';
import { Masks } from './mask.js';

const SELLER = ['create', 'read@own', 'update@own', 'win@own'];
const UUID = '01981111-0000-7000-8000-000000000001';

function check(rpc: string, scopes: string[], json: JsonValue, resource = 'deals.deal'): FieldViolation[] {
  const method = contracts.method(`/rapport.${rpc}`);
  return Masks.of(new Grants([{ rsname: resource, scopes }])).checkRequest(method, fromJson(method.desc.input, json));
}

/** code, reason and the fields at fault; `[]` when it passes. */
function outcome(...args: Parameters<typeof check>): unknown[] {
  try {
    return check(...args).map(({ field, reason }) => `${reason ?? ''} ${field}`);
  } catch (error) {
    const { code, reason, violations } = error as AppError;
    return [code, reason, ...violations.map(({ field }) => field)];
  }
}

const create = (scopes: string[], deal: JsonValue): unknown[] =>
  outcome('deals.v1.DealsService/CreateDeal', scopes, { deal });
const update = (scopes: string[], deal: JsonValue, updateMask?: string): unknown[] =>
  outcome('deals.v1.DealsService/UpdateDeal', scopes, updateMask === undefined ? { deal } : { deal, updateMask });
const money = { amount: '1', currencyCode: 'UAH' };

describe('checkRequest of a create', () => {
  it('lets through what the caller may set', () => {
    expect(create(SELLER, { displayName: 'Cold room', amount: money })).toEqual([]);
  });

  it('says of a hidden field that it does not exist, of all of them at once', () => {
    expect(create(SELLER, { cost: money, margin: money })).toEqual([
      'INVALID_ARGUMENT',
      'UNKNOWN_FIELD',
      'deal.cost',
      'deal.margin',
    ]);
  });

  it('forbids a field that may be read and not written', () => {
    expect(create([...SELLER, 'read:cost'], { cost: money })).toEqual([
      'PERMISSION_DENIED',
      'FORBIDDEN_FIELD',
      'deal.cost',
    ]);
    expect(create([...SELLER, 'read:cost', 'update:cost'], { cost: money })).toEqual([]);
  });

  it('returns what the service alone sets, for the answer that lists all faults', () => {
    const faults = create([...SELLER, 'read:cost'], { id: UUID, etag: '3', margin: money });
    expect(faults).toEqual([
      'OUTPUT_ONLY_FIELD deal.id',
      'OUTPUT_ONLY_FIELD deal.etag',
      'OUTPUT_ONLY_FIELD deal.margin',
    ]);
  });

  it('takes what history alone may say only under import', () => {
    const history = { ownerId: UUID, outcome: 'OUTCOME_WON', closeDate: { value: '2026-01-31' } };
    expect(create(SELLER, history)).toEqual([
      'PERMISSION_DENIED',
      'FORBIDDEN_FIELD',
      'deal.owner_id',
      'deal.outcome',
      'deal.close_date',
    ]);
    expect(create([...SELLER, 'import'], history)).toEqual([]);
  });

  it('looks into every request of a batch', () => {
    const requests: JsonValue = [{ deal: { displayName: 'a' } }, { deal: { cost: money } }];
    expect(outcome('deals.v1.DealsService/BatchCreateDeals', ['import', 'create', 'read@all'], { requests })).toEqual([
      'INVALID_ARGUMENT',
      'UNKNOWN_FIELD',
      'requests[1].deal.cost',
    ]);
  });

  it('looks into the lines of an invoice', () => {
    const scopes = ['create', 'read@own'];
    const invoice: JsonValue = { lines: [{ description: 'a' }, { cost: money, amount: money }] };
    const rpc = 'billing.v1.InvoicesService/CreateInvoice';
    expect(outcome(rpc, scopes, { invoice }, 'billing.invoice')).toEqual([
      'INVALID_ARGUMENT',
      'UNKNOWN_FIELD',
      'invoice.lines[1].cost',
    ]);
    const all = [...scopes, 'read:cost', 'update:cost'];
    expect(outcome(rpc, all, { invoice }, 'billing.invoice')).toEqual(['OUTPUT_ONLY_FIELD invoice.lines[1].amount']);
  });

  it('lets who may only create name the fields that he fills', () => {
    expect(create(['create'], { displayName: 'From the web form' })).toEqual([]);
    expect(create(['create', 'update:cost'], { cost: money })).toEqual([
      'INVALID_ARGUMENT',
      'UNKNOWN_FIELD',
      'deal.cost',
    ]);
  });
});

describe('checkRequest of an update', () => {
  it('lets the id say which row', () => {
    expect(update(SELLER, { id: UUID, displayName: 'b' }, 'displayName')).toEqual([]);
  });

  it('writes only what the mask names: a whole resource may be sent back', () => {
    const whole = { id: UUID, etag: '4', createTime: '2026-01-01T00:00:00Z', stageId: UUID, displayName: 'b' };
    expect(update(SELLER, whole, 'displayName')).toEqual([]);
  });

  it('says of a hidden field that it does not exist, in the mask or beside it', () => {
    expect(update(SELLER, { id: UUID, margin: money }, 'displayName')).toEqual([
      'INVALID_ARGUMENT',
      'UNKNOWN_FIELD',
      'deal.margin',
    ]);
    expect(update(SELLER, { id: UUID }, 'margin')).toEqual(['INVALID_ARGUMENT', 'UNKNOWN_FIELD', 'update_mask']);
    expect(update(SELLER, { id: UUID }, 'displayName,nonsense')).toEqual([
      'INVALID_ARGUMENT',
      'UNKNOWN_FIELD',
      'update_mask',
    ]);
  });

  it('tells a hidden name in the mask as one that was never declared', () => {
    const told = (name: string): string => {
      try {
        return JSON.stringify(
          check('deals.v1.DealsService/UpdateDeal', SELLER, { deal: { id: UUID }, updateMask: name }),
        );
      } catch (error) {
        const { code, reason, message, violations } = error as AppError;
        return JSON.stringify({ code, reason, message, violations }).replaceAll(name, '<name>');
      }
    };
    expect(told('margin')).toBe(told('nonsense'));
  });

  it('forbids what may be read and not written, when it is cleared too', () => {
    const scopes = [...SELLER, 'read:cost'];
    expect(update(scopes, { id: UUID, cost: money }, 'cost')).toEqual([
      'PERMISSION_DENIED',
      'FORBIDDEN_FIELD',
      'deal.cost',
    ]);
    expect(update(scopes, { id: UUID }, 'cost')).toEqual(['PERMISSION_DENIED', 'FORBIDDEN_FIELD', 'deal.cost']);
    expect(update(scopes, { id: UUID }, 'cost.amount')).toEqual(['PERMISSION_DENIED', 'FORBIDDEN_FIELD', 'deal.cost']);
  });

  it('returns what no update changes', () => {
    const faults = update([...SELLER, 'import'], { id: UUID, stageId: UUID }, 'stageId,pipelineId,etag');
    expect(faults).toEqual([
      'IMMUTABLE_FIELD deal.stage_id',
      'IMMUTABLE_FIELD deal.pipeline_id',
      'OUTPUT_ONLY_FIELD deal.etag',
    ]);
  });

  it('takes all that is present where there is no mask', () => {
    expect(update(SELLER, { id: UUID, displayName: 'b', stageId: UUID })).toEqual(['IMMUTABLE_FIELD deal.stage_id']);
  });

  it('checks the lines under a mask that names them', () => {
    const scopes = ['read@own', 'update@own', 'read:cost'];
    const invoice = { id: UUID, lines: [{ cost: money }] };
    const rpc = 'billing.v1.InvoicesService/UpdateInvoice';
    expect(outcome(rpc, scopes, { invoice, updateMask: 'lines' }, 'billing.invoice')).toEqual([
      'PERMISSION_DENIED',
      'FORBIDDEN_FIELD',
      'invoice.lines[0].cost',
    ]);
    expect(outcome(rpc, scopes, { invoice, updateMask: 'note' }, 'billing.invoice')).toEqual([]);
  });
});

describe('checkRequest of a read', () => {
  it('knows the fields that a read_mask may name', () => {
    const list = (readMask: string): unknown[] => outcome('deals.v1.DealsService/ListDeals', SELLER, { readMask });
    expect(list('displayName,amount')).toEqual([]);
    expect(list('margin')).toEqual(['INVALID_ARGUMENT', 'UNKNOWN_FIELD', 'read_mask']);
    expect(outcome('deals.v1.DealsService/GetDeal', SELLER, { readMask: 'nonsense' })).toEqual([
      'INVALID_ARGUMENT',
      'UNKNOWN_FIELD',
      'read_mask',
    ]);
  });
});
