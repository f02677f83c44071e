import { Invoice } from '@rapport/contracts/rapport/billing/v1/invoice';
import type { Deal } from '@rapport/contracts/rapport/deals/v1/deal';
import { Money } from '@rapport/service-kit/money';

/**
 * The draft that a won deal makes: one line with its order sum, for whom the
 * deal belongs to and credited as it is. None without a sum to be paid.
 */
export function wonDealInvoice(deal: Deal): Invoice | undefined {
  const { amount, cost } = deal;
  if (!amount || !Money.fromProto(amount).isPositive()) return undefined;
  const { ownerId, departmentId, branchId, creditedEmployeeId, creditedDepartmentId, creditedBranchId } = deal;
  const line = {
    id: '',
    productId: deal.productId,
    description: deal.displayName,
    quantity: { value: '1' },
    price: amount,
    amount: undefined,
    cost,
  };
  return {
    ...Invoice.decode(new Uint8Array()),
    ownerId,
    departmentId,
    branchId,
    creditedEmployeeId,
    creditedDepartmentId,
    creditedBranchId,
    counterpartyId: deal.counterpartyId,
    dealId: deal.id,
    currencyCode: amount.currencyCode,
    lines: [line],
  };
}
