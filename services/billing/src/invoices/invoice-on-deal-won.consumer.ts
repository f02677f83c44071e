import { DealWon } from '@rapport/contracts/rapport/deals/v1/deal_events';
import type { CallContext } from '@rapport/service-kit/access';
import { type EventOf, PoisonError, Reaction } from '@rapport/service-kit/events';
import type { Tx } from '../prisma.service.js';
import { InvoicesService } from './invoices.service.js';

/** A won deal with an order sum makes its draft invoice, one for ever. History (`DealImported`) makes none. */
@Reaction({
  durable: 'billing--invoice-on-deal-won',
  subscribes: [DealWon],
  rule: { resource: 'billing.invoice', action: 'create' },
})
export class InvoiceOnDealWon {
  constructor(private readonly invoices: InvoicesService) {}

  async handle(ctx: CallContext, { message: { deal } }: EventOf<[typeof DealWon]>, tx: Tx): Promise<void> {
    if (!deal) throw new PoisonError('The event carries no deal.');
    await this.invoices.draftForWonDeal(ctx, tx, deal);
  }
}
