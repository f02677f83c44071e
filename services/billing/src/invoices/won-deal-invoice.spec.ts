import { expect, it } from '@jest/globals';
import { Deal } from '@rapport/contracts/rapport/deals/v1/deal';
import { wonDealInvoice } from './won-deal-invoice.js';

const uah = (amount: string) => ({ amount, currencyCode: 'UAH' });
const deal = (over: Partial<Deal> = {}): Deal => ({
  ...Deal.decode(new Uint8Array()),
  id: 'd1',
  displayName: 'Вітрини',
  ...over,
});

it('drafts one line with the order sum, for the deal’s owner and credited as the deal', () => {
  const won = deal({
    amount: uah('118500.5'),
    cost: uah('90000'),
    productId: 'p1',
    counterpartyId: 'c1',
    ownerId: 'o1',
    creditedEmployeeId: 'o2',
  });
  expect(wonDealInvoice(won)).toMatchObject({
    dealId: 'd1',
    counterpartyId: 'c1',
    ownerId: 'o1',
    creditedEmployeeId: 'o2',
    currencyCode: 'UAH',
    lines: [
      { productId: 'p1', description: 'Вітрини', quantity: { value: '1' }, price: uah('118500.5'), cost: uah('90000') },
    ],
  });
});

it.each([
  ['unknown', undefined],
  ['nothing', uah('0')],
  ['less than nothing', uah('-1')],
])('drafts none when the order sum is %s', (_, amount) => expect(wonDealInvoice(deal({ amount }))).toBeUndefined());
