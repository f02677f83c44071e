import { describe, expect, it } from '@jest/globals';
import { Counterparty, Counterparty_Kind } from '@rapport/contracts/rapport/contacts/v1/counterparty';
import { changedColumns, changedFields, versionOf } from './changes.js';

const blank = Counterparty.decode(new Uint8Array());
const fieldsOf = (over: Partial<Counterparty>, mask?: string[]) => [
  ...changedFields('contacts.counterparty', { ...blank, ...over }, mask),
];

describe('changedFields', () => {
  it.each([
    ['the mask, in either spelling', ['display_name', 'legalName'], ['displayName', 'legalName']],
    [
      'the whole field of a path below it, but of attributes the one named',
      ['annual_revenue.amount', 'attributes.colour'],
      ['annualRevenue', 'attributes.colour'],
    ],
  ])('takes %s', (_, mask, expected) => {
    expect(fieldsOf({}, mask)).toEqual(expected);
  });

  it('takes what is set without a mask, but nothing that comes back with a message that was read', () => {
    const read = { id: 'x', etag: '3', ownerId: 'y', createTime: new Date(), kinds: [Counterparty_Kind.CLIENT] };
    expect(fieldsOf({ ...read, displayName: 'new', foundingYear: 1991 })).toEqual([
      'displayName',
      'kinds',
      'foundingYear',
    ]);
  });

  it('refuses a change of nothing', () => {
    expect(() => fieldsOf({})).toThrow(expect.objectContaining({ reason: 'INVALID_REQUEST' }));
  });
});

describe('changedColumns', () => {
  it('keeps both columns of money', () => {
    const all = { note: 'n', annualRevenue: '5', annualRevenueCurrency: 'UAH' };
    expect(changedColumns(all, new Set(['annualRevenue']))).toEqual({
      annualRevenue: '5',
      annualRevenueCurrency: 'UAH',
    });
  });
});

describe('changedColumns of attributes', () => {
  const before = { attributes: { colour: 'red', size: 'L', gone: true } };
  const wanted = { note: 'n', attributes: { colour: 'blue', gone: null, unnamed: 1 } };

  it.each([
    [
      'those named, and clears those named that have no value',
      ['attributes.colour', 'attributes.gone'],
      { colour: 'blue', size: 'L' },
    ],
    ['all of them when named as a whole', ['attributes'], wanted.attributes],
  ])('are %s', (_, fields, attributes) => {
    expect(changedColumns(wanted, new Set(fields), before)).toEqual({ attributes });
  });

  it('are left alone when none is named', () => {
    expect(changedColumns(wanted, new Set(['note']), before)).toEqual({ note: 'n' });
  });
});

describe('versionOf', () => {
  it('reads a version', () => {
    expect(versionOf('12')).toBe(12);
  });

  it.each([
    ['', 'ETAG_REQUIRED'],
    ['x', 'STALE_ETAG'],
    ['-1', 'STALE_ETAG'],
    ['99999999999', 'STALE_ETAG'],
  ])('refuses %j', (etag, reason) => {
    expect(() => versionOf(etag)).toThrow(expect.objectContaining({ reason }));
  });
});
