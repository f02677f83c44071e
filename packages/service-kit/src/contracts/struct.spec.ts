import { Deal } from '@rapport/contracts/rapport/deals/v1/deal';

describe('generated code of google.protobuf.Struct', () => {
  it('brings every kind of attribute through the wire unchanged', () => {
    const attributes = {
      text: 'warm',
      flag: false,
      number: 0,
      nothing: null,
      money: { amount: '10.5', currencyCode: 'EUR' },
      options: ['a', ['b'], { c: true }],
    };
    const deal = { ...Deal.decode(new Uint8Array()), attributes };
    expect(Deal.decode(Deal.encode(deal).finish()).attributes).toEqual(attributes);
  });
});
