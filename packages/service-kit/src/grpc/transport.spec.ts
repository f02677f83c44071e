import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { Controller, type INestMicroservice, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ReferencesServiceService } from '@rapport/contracts/rapport/access/v1/references_service';
import { Product } from '@rapport/contracts/rapport/deals/v1/product';
import {
  type BatchCreateProductsResponse,
  type CreateProductRequest,
  type DeleteProductRequest,
  type GetProductRequest,
  type ListProductsResponse,
  type ProductsServiceController,
  ProductsServiceControllerMethods,
  ProductsServiceService,
  type UpdateProductRequest,
} from '@rapport/contracts/rapport/deals/v1/products_service';
import type { Authenticated } from '../access/authenticator.js';
import { Grants } from '../access/grants.js';
import { Masks } from '../access/mask.js';
import { AppError } from '../errors/app-error.js';
import { fromServiceError } from '../errors/grpc-status.js';
import { currentTraceId, runWithTraceparent } from '../telemetry/trace-context.js';
import { callContext } from './call-context.js';
import { CallHooks } from './call-hooks.js';
import { createClient, type ServiceClient } from './client.js';
import { ErrorFilter } from './error-filter.js';
import { HealthDefinition } from './health.js';
import { KitRpcs } from './kit-rpcs.js';
import { GrpcTransport } from './transport.js';

const ID = '0198c5f0-0000-7000-8000-000000000001';
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00';

// Stands where Keycloak's tokens are read; that is tested by the access sub-path.
const SCOPES: Record<string, string[]> = {
  seller: ['read@all'],
  manager: ['read@all', 'read:cost', 'update:cost', 'update@all', 'create', 'delete@all'],
  nobody: [],
};
const authenticator = {
  async authenticate(token: string): Promise<Authenticated> {
    const scopes = SCOPES[token];
    if (!scopes) throw new AppError('UNAUTHENTICATED', 'TOKEN_INVALID', 'The token is not valid.');
    const grants = new Grants([{ rsname: 'deals.product', scopes }]);
    const principal = {
      kind: 'employee',
      subject: token,
      username: token,
      azp: 'rapport-web',
      branchIds: [],
      departmentPaths: [],
    } as const;
    return { principal, grants, masks: Masks.of(grants), token: `exchanged-${token}` };
  },
};

const money = (amount: string) => ({ amount, currencyCode: 'UAH' });
const product: Product = {
  ...Product.decode(new Uint8Array()),
  id: ID,
  displayName: 'Cold room',
  price: money('100'),
  cost: money('60'),
};
const seen = { traceId: '', token: '', deadline: 0 };
let release = (): void => undefined;

@Controller()
@ProductsServiceControllerMethods()
class ProductsController implements ProductsServiceController {
  async getProduct({ productId }: GetProductRequest, metadata?: Metadata): Promise<Product> {
    const context = callContext(metadata);
    Object.assign(seen, {
      traceId: currentTraceId(),
      token: context.token,
      deadline: Number(context.deadline) - Date.now(),
    });
    return { ...product, id: productId };
  }
  async createProduct({ product: given }: CreateProductRequest): Promise<Product> {
    return { ...product, ...given, id: ID };
  }
  async updateProduct({ product: given, updateMask }: UpdateProductRequest): Promise<Product> {
    return { ...product, note: updateMask, ...given } as Product;
  }
  async deleteProduct({ etag }: DeleteProductRequest): Promise<Product> {
    if (etag === 'slow') await new Promise<void>((resolve) => (release = resolve));
    if (etag === 'bug') throw new TypeError('Ivan Petrenko is not a function');
    if (etag === '7')
      throw new AppError('ABORTED', 'STALE_ETAG', 'The product changed since it was read.', { productId: ID });
    return product;
  }
  batchCreateProducts(): Promise<BatchCreateProductsResponse> {
    throw new Error('not called here');
  }
  async listProducts(): Promise<ListProductsResponse> {
    return { products: [product, product], nextPageToken: '', totalSize: undefined };
  }
  undeleteProduct(): Promise<Product> {
    throw new Error('not called here');
  }
}

class App {}
Module({ controllers: [ProductsController] })(App);

describe('the gRPC transport', () => {
  let app: INestMicroservice;
  let transport: GrpcTransport;
  let address: string;
  let products: ServiceClient<typeof ProductsServiceService>;
  const as = (token: string) => ({ token });
  const kitRpcs = new KitRpcs();
  const hooks = new CallHooks();
  kitRpcs.add(ReferencesServiceService, {
    checkReferences: async ({ sets }, { principal }) => ({
      sets: sets.map(({ resource }) => ({ resource: `${resource} for ${principal.subject}`, ids: [] })),
    }),
  });

  beforeAll(async () => {
    transport = new GrpcTransport({
      address: '127.0.0.1:0',
      definitions: [ProductsServiceService],
      authenticator,
      kitRpcs,
      hooks,
    });
    app = await NestFactory.createMicroservice(App, { strategy: transport, logger: false });
    app.useGlobalFilters(new ErrorFilter());
    await app.listen();
    transport.health.setServing(true);
    address = `127.0.0.1:${transport.boundPort}`;
    products = createClient(ProductsServiceService, address);
  });

  afterAll(async () => {
    products.close();
    await app.close();
  });

  const get = (token: string, productId = ID) => products.getProduct({ productId, readMask: undefined }, as(token));
  const remove = (etag: string, options: { timeoutMs?: number } = {}) =>
    products.deleteProduct({ productId: ID, etag }, { ...as('manager'), ...options });

  it('serves a call and prunes what its caller may not read', async () => {
    expect(await get('manager')).toMatchObject({ id: ID, price: money('100'), cost: money('60') });
    expect(await get('seller')).toMatchObject({ id: ID, price: money('100'), cost: undefined });
    const page = await products.listProducts(
      {
        filter: '',
        orderBy: '',
        pageSize: 0,
        pageToken: '',
        readMask: undefined,
        includeTotal: false,
        showDeleted: false,
      },
      as('seller'),
    );
    expect(page.products.map(({ cost }) => cost)).toEqual([undefined, undefined]);
  });

  it('gives the handler the context of the call', async () => {
    await runWithTraceparent(TRACEPARENT, () =>
      products.getProduct({ productId: ID, readMask: undefined }, { ...as('seller'), timeoutMs: 2_000 }),
    );
    expect(seen).toMatchObject({ traceId: '0af7651916cd43dd8448eb211c80319c', token: 'exchanged-seller' });
    expect(seen.deadline).toBeGreaterThan(1_000);
    expect(seen.deadline).toBeLessThanOrEqual(2_000);
  });

  it('refuses a call without a valid token', async () => {
    await expect(products.getProduct({ productId: ID, readMask: undefined })).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      reason: 'TOKEN_MISSING',
    });
    await expect(get('forged')).rejects.toMatchObject({ code: 'UNAUTHENTICATED', reason: 'TOKEN_INVALID' });
  });

  it('refuses what the rule does not grant, before it looks at the request', async () => {
    await expect(get('nobody', 'not a uuid')).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      reason: 'NOT_PERMITTED',
      metadata: { resource: 'deals.product', action: 'read' },
    });
  });

  it('names every value at fault at once', async () => {
    const error = await products
      .createProduct(
        {
          product: {
            ...product,
            id: '',
            displayName: '',
            sku: 'x'.repeat(65),
            price: { amount: '01', currencyCode: 'uah' },
          },
          requestId: '',
        },
        as('manager'),
      )
      .catch((caught: unknown) => caught as AppError);
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'INVALID_REQUEST' });
    expect((error as AppError).violations.map(({ field }) => field)).toEqual(
      expect.arrayContaining([
        'product.display_name',
        'product.sku',
        'product.price.amount',
        'product.price.currency_code',
      ]),
    );
  });

  it('lets a hidden field not exist in a request either', async () => {
    const create = products.createProduct({ product: { ...product, id: '' }, requestId: '' }, as('manager'));
    await expect(create).resolves.toMatchObject({ cost: money('60') });
    await expect(products.getProduct({ productId: ID, readMask: ['cost'] }, as('seller'))).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      reason: 'UNKNOWN_FIELD',
      violations: [{ field: 'read_mask', description: 'Field "cost" does not exist.', reason: 'UNKNOWN_FIELD' }],
    });
  });

  it('checks of an update only what it writes', async () => {
    const update = (values: Partial<Product>, updateMask: string[] | undefined) =>
      products.updateProduct(
        { product: { ...Product.decode(new Uint8Array()), id: ID, ...values }, updateMask, etag: '1' },
        as('manager'),
      );
    await expect(update({ unit: 'pcs' }, ['unit'])).resolves.toMatchObject({ unit: 'pcs' });
    await expect(update({ unit: 'pcs' }, undefined)).resolves.toMatchObject({ unit: 'pcs' });
    await expect(update({ unit: 'pcs' }, ['display_name'])).rejects.toMatchObject({
      violations: [{ field: 'product.display_name' }],
    });
    await expect(update({ id: 'x', unit: 'pcs' }, ['unit'])).rejects.toMatchObject({
      violations: [{ field: 'product.id' }],
    });
  });

  it('hands on what a handler throws, with reason and metadata', async () => {
    await expect(remove('7')).rejects.toMatchObject({
      code: 'ABORTED',
      reason: 'STALE_ETAG',
      message: 'The product changed since it was read.',
      metadata: { productId: ID },
    });
  });

  it('never shows the text of an error that nobody foresaw', async () => {
    const error = await remove('bug').catch((caught: unknown) => caught as AppError);
    expect(error).toMatchObject({ code: 'INTERNAL', reason: 'INTERNAL' });
    expect(String(error)).not.toContain('Petrenko');
  });

  it('ends a call at its deadline', async () => {
    await expect(remove('slow', { timeoutMs: 150 })).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      reason: 'DEADLINE_EXCEEDED',
    });
    release();
  });

  it('serves the rpcs of the kit as it serves controllers', async () => {
    const references = createClient(ReferencesServiceService, address);
    const asked = { sets: [{ resource: 'contacts.employee', ids: [ID] }] };
    expect(await references.checkReferences(asked, as('nobody'))).toEqual({
      sets: [{ resource: 'contacts.employee for nobody', ids: [] }],
    });
    await expect(references.checkReferences({ sets: [] }, as('nobody'))).rejects.toMatchObject({
      violations: [{ field: 'sets' }],
    });
    references.close();
  });

  it('takes tokens of 40 KB and refuses bytes that are no request', async () => {
    await expect(get('x'.repeat(40 * 1024))).rejects.toMatchObject({ reason: 'TOKEN_INVALID' });
    const error = await rawCall(
      address,
      ProductsServiceService.getProduct.path,
      Buffer.from([0x0a, 0xff]),
      'manager',
    ).catch(fromServiceError);
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'INVALID_REQUEST' });
  });

  it('lets the kit look at a call before its handler and at an answer before it leaves', async () => {
    const noted: object[] = [];
    hooks.beforeHandler(async (context, method, request) => {
      noted.push(request);
      if (context.principal.subject === 'manager' && method.rule.action === 'read')
        throw new AppError('FAILED_PRECONDITION', 'HOOKED', 'No.');
    });
    hooks.beforeAnswer(async (_context, _method, answer) => void noted.push(answer));
    await expect(get('manager')).rejects.toMatchObject({ reason: 'HOOKED' });
    await get('seller');
    expect(noted).toMatchObject([{ productId: ID }, { productId: ID }, { id: ID, cost: undefined }]);
  });

  it('says over grpc.health.v1 whether it takes calls', async () => {
    const check = (service: string) =>
      rawCall(address, HealthDefinition.check.path, HealthDefinition.check.requestSerialize({ service }));
    expect([...(await check(''))]).toEqual([0x08, 1]);
    expect([...(await check('rapport.deals.v1.ProductsService'))]).toEqual([0x08, 1]);
    transport.health.setServing(false);
    expect([...(await check(''))]).toEqual([0x08, 2]);
    transport.health.setServing(true);
    await expect(check('rapport.other.v1.Nothing')).rejects.toMatchObject({ code: 5 });
  });
});

describe('starting', () => {
  it('fails when a declared rpc has no handler', async () => {
    const transport = new GrpcTransport({
      address: '127.0.0.1:0',
      definitions: [ProductsServiceService],
      authenticator,
    });
    const app = await NestFactory.createMicroservice(class Empty {}, { strategy: transport, logger: false });
    await expect(app.listen()).rejects.toThrow('No controller handles /rapport.deals.v1.ProductsService/CreateProduct');
    await app.close();
  });
});

describe('leaving', () => {
  it('lets a running call end and takes no new one', async () => {
    const transport = new GrpcTransport({
      address: '127.0.0.1:0',
      definitions: [ProductsServiceService],
      authenticator,
    });
    const app = await NestFactory.createMicroservice(App, { strategy: transport, logger: false });
    app.useGlobalFilters(new ErrorFilter());
    await app.listen();
    const client = createClient(ProductsServiceService, `127.0.0.1:${transport.boundPort}`);
    const running = client.deleteProduct({ productId: ID, etag: 'slow' }, { token: 'manager' });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const drained = transport.drain(3_000);
    setTimeout(() => release(), 100);
    await expect(running).resolves.toMatchObject({ id: ID });
    expect(await drained).toBe(true);
    await expect(client.deleteProduct({ productId: ID, etag: '' }, { token: 'manager' })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      reason: 'SERVICE_UNAVAILABLE',
    });
    client.close();
    await app.close();
  });

  it('ends calls that outlast the time to drain', async () => {
    const transport = new GrpcTransport({
      address: '127.0.0.1:0',
      definitions: [ProductsServiceService],
      authenticator,
    });
    const app = await NestFactory.createMicroservice(App, { strategy: transport, logger: false });
    app.useGlobalFilters(new ErrorFilter());
    await app.listen();
    const client = createClient(ProductsServiceService, `127.0.0.1:${transport.boundPort}`);
    const running = expect(
      client.deleteProduct({ productId: ID, etag: 'slow' }, { token: 'manager' }),
    ).rejects.toBeInstanceOf(AppError);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await transport.drain(100)).toBe(false);
    await running;
    release();
    client.close();
    await app.close();
  });
});

function rawCall(address: string, path: string, request: Buffer, token?: string): Promise<Buffer> {
  const client = new Client(address, credentials.createInsecure());
  const metadata = new Metadata();
  if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
  const same = (bytes: Buffer) => bytes;
  return new Promise<Buffer>((resolve, reject) => {
    client.makeUnaryRequest(path, same, same, request, metadata, (error: ServiceError | null, answer?: Buffer) =>
      error ? reject(error) : resolve(answer!),
    );
  }).finally(() => client.close());
}
