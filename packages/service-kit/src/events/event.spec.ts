import { describe, expect, it } from '@jest/globals';
import { envelopeOf, eventHeaders } from './event.js';

const FACTS = {
  eventId: '01990000-0000-7000-8000-000000000001',
  type: 'rapport.deals.v1.DealWon',
  aggregateId: '01990000-0000-7000-8000-000000000002',
  version: 7n,
  occurTime: new Date('2026-03-01T10:00:00.123Z'),
  actor: 'b7f3',
  branchId: '',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
};

describe('the envelope of an event', () => {
  it('comes back from the headers as it went in', () => {
    const data = new Uint8Array([1, 2]);
    expect(envelopeOf({ headers: eventHeaders(FACTS), data })).toEqual({ ...FACTS, payload: data, journalSeq: 0n });
  });

  it('reads a message of a stranger as one that no decoder accepts', () => {
    expect(envelopeOf({ headers: undefined, data: new Uint8Array() })).toMatchObject({
      type: '',
      version: 0n,
      occurTime: undefined,
    });
  });
});
