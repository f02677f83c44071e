import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import type { Product } from '@rapport/contracts/rapport/deals/v1/product';
import {
  type BatchCreateProductsRequest,
  type BatchCreateProductsResponse,
  type CreateProductRequest,
  type DeleteProductRequest,
  type GetProductRequest,
  type ListProductsRequest,
  type ListProductsResponse,
  type ProductsServiceController,
  ProductsServiceControllerMethods,
  type UndeleteProductRequest,
  type UpdateProductRequest,
} from '@rapport/contracts/rapport/deals/v1/products_service';
import { changedFields, readMasked, versionOf } from '@rapport/service-kit/data';
import { callContext } from '@rapport/service-kit/grpc';
import { PRODUCT, ProductsService } from './products.service.js';

@Controller()
@ProductsServiceControllerMethods()
export class ProductsController implements ProductsServiceController {
  constructor(private readonly products: ProductsService) {}

  async createProduct(request: CreateProductRequest, metadata?: Metadata): Promise<Product> {
    return this.products.create(callContext(metadata), request);
  }

  async batchCreateProducts(
    request: BatchCreateProductsRequest,
    metadata?: Metadata,
  ): Promise<BatchCreateProductsResponse> {
    return this.products.createBatch(callContext(metadata), request);
  }

  async getProduct(request: GetProductRequest, metadata?: Metadata): Promise<Product> {
    return readMasked(await this.products.get(callContext(metadata), request.productId), request.readMask, PRODUCT);
  }

  async listProducts(request: ListProductsRequest, metadata?: Metadata): Promise<ListProductsResponse> {
    const { products, ...page } = await this.products.list(callContext(metadata), request);
    return { ...page, products: products.map((one) => readMasked(one, request.readMask, PRODUCT)) };
  }

  async updateProduct(request: UpdateProductRequest, metadata?: Metadata): Promise<Product> {
    const wanted = request.product!;
    const fields = changedFields(PRODUCT, wanted, request.updateMask);
    return this.products.update(callContext(metadata), wanted, fields, versionOf(request.etag));
  }

  async deleteProduct(request: DeleteProductRequest, metadata?: Metadata): Promise<Product> {
    return this.products.delete(callContext(metadata), request.productId, versionOf(request.etag));
  }

  async undeleteProduct(request: UndeleteProductRequest, metadata?: Metadata): Promise<Product> {
    return this.products.undelete(callContext(metadata), request.productId, versionOf(request.etag));
  }
}
