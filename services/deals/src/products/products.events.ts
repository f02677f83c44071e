import type { Product } from '@rapport/contracts/rapport/deals/v1/product';
import {
  ProductCreated,
  ProductDeleted,
  ProductImported,
  ProductUndeleted,
  ProductUpdated,
} from '@rapport/contracts/rapport/deals/v1/product_events';
import { event, type OutboxEvent } from '@rapport/service-kit/data';

export const productCreated = (product: Product): OutboxEvent => event(ProductCreated, { product }, product);

export const productImported = (product: Product): OutboxEvent => event(ProductImported, { product }, product);

export const productUpdated = (product: Product): OutboxEvent => event(ProductUpdated, { product }, product);

export const productDeleted = (product: Product): OutboxEvent => event(ProductDeleted, { product }, product);

export const productUndeleted = (product: Product): OutboxEvent => event(ProductUndeleted, { product }, product);
