import type { Product } from '@rapport/contracts/rapport/deals/v1/product';
import { fromAttributes, moneyColumns, resourceHead, toJsonColumn, toMoney } from '@rapport/service-kit/data';
import type { Product as ProductRow } from '../generated/prisma/client.js';

export function toProto(row: ProductRow): Product {
  return {
    ...resourceHead(row),
    displayName: row.displayName,
    sku: row.sku ?? '',
    groupName: row.groupName,
    unit: row.unit,
    price: toMoney(row.price, row.priceCurrency),
    cost: toMoney(row.cost, row.costCurrency),
    description: row.description,
    attributes: fromAttributes(row.attributes),
  };
}

/** The columns that a create sets and an update may change. */
export function toColumns(product: Product) {
  return {
    displayName: product.displayName,
    sku: product.sku || null,
    groupName: product.groupName,
    unit: product.unit,
    ...moneyColumns('price', product.price),
    ...moneyColumns('cost', product.cost),
    description: product.description,
    attributes: toJsonColumn(product.attributes ?? {}),
  };
}
