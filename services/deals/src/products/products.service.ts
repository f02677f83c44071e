import { Injectable } from '@nestjs/common';
import { Product } from '@rapport/contracts/rapport/deals/v1/product';
import {
  BatchCreateProductsRequest,
  BatchCreateProductsResponse,
  CreateProductRequest,
  type ListProductsRequest,
  type ListProductsResponse,
} from '@rapport/contracts/rapport/deals/v1/products_service';
import type { CallContext } from '@rapport/service-kit/access';
import {
  audit,
  byExternalId,
  changedColumns,
  type Draft,
  isImport,
  newRow,
  nextVersion,
  notFound,
  once,
  outbox,
  type OutboxEvent,
} from '@rapport/service-kit/data';
import { AppError } from '@rapport/service-kit/errors';
import type { Prisma } from '../generated/prisma/client.js';
import { Data, type Tx } from '../prisma.service.js';
import {
  productCreated,
  productDeleted,
  productImported,
  productUndeleted,
  productUpdated,
} from './products.events.js';
import { toColumns, toProto } from './products.mapper.js';

export const PRODUCT = 'deals.product';

/** What a change sets, decided on the row as it is now. */
type Decision = (before: Product) => Prisma.ProductUpdateManyMutationInput;

@Injectable()
export class ProductsService {
  constructor(private readonly data: Data) {}

  async create(ctx: CallContext, request: CreateProductRequest): Promise<Product> {
    return this.data.visibleTo(ctx, { deleted: 'shown' }).transaction((tx) =>
      once(tx, [CreateProductRequest, request], Product, async () => {
        const [product] = await this.insert(ctx, tx, [{ message: request.product!, at: 'product' }]);
        return product!;
      }),
    );
  }

  async createBatch(ctx: CallContext, request: BatchCreateProductsRequest): Promise<BatchCreateProductsResponse> {
    const drafts = request.requests.map((one, index) => ({ message: one.product!, at: `requests[${index}].product` }));
    return this.data.visibleTo(ctx, { deleted: 'shown' }).transaction((tx) =>
      once(tx, [BatchCreateProductsRequest, request], BatchCreateProductsResponse, async () => ({
        products: await this.insert(ctx, tx, drafts),
      })),
    );
  }

  async get(ctx: CallContext, id: string): Promise<Product> {
    const row = await this.data.visibleTo(ctx).product.findFirst({ where: { id } });
    if (!row) throw notFound('Product', id);
    return toProto(row);
  }

  async list(ctx: CallContext, request: ListProductsRequest): Promise<ListProductsResponse> {
    const { rows, ...page } = await this.data.list(ctx, 'Product', request, (visible, args) =>
      visible.product.findMany(args),
    );
    return { ...page, products: rows.map(toProto) };
  }

  async update(ctx: CallContext, wanted: Product, fields: ReadonlySet<string>, version: number): Promise<Product> {
    return this.change(ctx, wanted.id, version, productUpdated, (before) =>
      changedColumns(toColumns(wanted), fields, before),
    );
  }

  async delete(ctx: CallContext, id: string, version: number): Promise<Product> {
    return this.change(ctx, id, version, productDeleted, () => ({ deleteTime: ctx.clock() }));
  }

  async undelete(ctx: CallContext, id: string, version: number): Promise<Product> {
    return this.change(
      ctx,
      id,
      version,
      productUndeleted,
      ({ deleteTime }) => {
        if (!deleteTime)
          throw new AppError('FAILED_PRECONDITION', 'NOT_DELETED', 'The product is not deleted.', { id });
        return { deleteTime: null };
      },
      'shown',
    );
  }

  /** Rows, events and audit of new products, in the order of the drafts. */
  private async insert(ctx: CallContext, tx: Tx, drafts: readonly Draft<Product>[]): Promise<Product[]> {
    const { fresh, inOrder } = await byExternalId(drafts, async (where) =>
      (await tx.product.findMany({ where })).map(toProto),
    );
    const rows = fresh.map(({ message }) => ({ ...newRow(ctx, message), ...toColumns(message) }));
    const made = (await tx.product.createManyAndReturn({ data: rows })).map(toProto);
    const created = fresh.map(({ message }) => (isImport(ctx, PRODUCT, message) ? productImported : productCreated));
    await outbox.add(tx, ...made.map((product, index) => created[index]!(product)));
    await audit.write(tx, PRODUCT, ...made.map((after) => ({ after })));
    return inOrder(made);
  }

  /** One change of one row: the row, its event and its audit together, or why not. */
  private change(
    ctx: CallContext,
    id: string,
    version: number,
    changed: (after: Product) => OutboxEvent,
    decide: Decision,
    deleted: 'hidden' | 'shown' = 'hidden',
  ): Promise<Product> {
    return this.data.visibleTo(ctx, { deleted }).transaction(async (tx) => {
      const found = await tx.product.findFirst({ where: { id } });
      if (found?.version !== version) throw await this.data.whyNot(tx, 'Product', id, version);
      const before = toProto(found);
      const data = { ...decide(before), ...nextVersion(ctx.clock()) };
      const [row] = await tx.product.updateManyAndReturn({ where: { id, version }, data });
      if (!row) throw await this.data.whyNot(tx, 'Product', id, version);
      const after = toProto(row);
      await outbox.add(tx, changed(after));
      await audit.write(tx, PRODUCT, { before, after });
      return after;
    });
  }
}
