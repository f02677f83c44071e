import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type Metadata,
  Server,
  ServerCredentials,
  type sendUnaryData,
  type ServerUnaryCall,
  status,
} from '@grpc/grpc-js';
import { Product } from '@rapport/contracts/rapport/deals/v1/product';
import { ProductsServiceService } from '@rapport/contracts/rapport/deals/v1/products_service';
import type { CallContext } from '../access/context.js';
import { AppError } from '../errors/app-error.js';
import { toServiceError } from '../errors/grpc-status.js';
import { runWithTraceparent } from '../telemetry/trace-context.js';
import { createClient, type ServiceClient } from './client.js';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
type Answer = sendUnaryData<Product>;

/** A service of somebody else: answers what the test says, and remembers how it was asked. */
const service = {
  answers: [] as ((answer: Answer) => void)[],
  asked: [] as { rpc: string; metadata: Metadata; deadline: number }[],
};

const unavailable = (answer: Answer) => answer({ code: status.UNAVAILABLE, details: 'at 10.0.0.7' });
const refused = (answer: Answer) =>
  answer(toServiceError(new AppError('UNAVAILABLE', 'KEYCLOAK_UNAVAILABLE', 'Nobody can be asked.')));
const good = (answer: Answer) => answer(null, { ...Product.decode(new Uint8Array()), displayName: 'Cold room' });

describe('a client', () => {
  const server = new Server();
  let products: ServiceClient<typeof ProductsServiceService>;

  beforeAll(async () => {
    const handlers = Object.entries(ProductsServiceService).map(([name, { path }]) => [
      name,
      (call: ServerUnaryCall<unknown, Product>, answer: Answer) => {
        service.asked.push({
          rpc: path.split('/')[2] ?? '',
          metadata: call.metadata,
          deadline: Number(call.getDeadline()) - Date.now(),
        });
        service.answers.shift()?.(answer);
      },
    ]);
    server.addService(ProductsServiceService, Object.fromEntries(handlers));
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      ),
    );
    products = createClient(ProductsServiceService, `127.0.0.1:${port}`, { ownToken: async () => 'my-own' });
  });

  beforeEach(() => {
    service.answers = [];
    service.asked = [];
  });

  afterAll(() => {
    products.close();
    server.forceShutdown();
  });

  const get = (options = {}) => products.getProduct({ productId: 'x', readMask: undefined }, options);
  const remove = (options = {}) => products.deleteProduct({ productId: 'x', etag: '1' }, options);

  it('repeats a read once when the service could not be reached', async () => {
    service.answers = [unavailable, good];
    await expect(get()).resolves.toMatchObject({ displayName: 'Cold room' });
    service.answers = [unavailable, unavailable, good];
    await expect(get()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      reason: 'SERVICE_UNAVAILABLE',
      message: expect.not.stringContaining('10.0.0.7'),
    });
    expect(service.asked).toHaveLength(4);
  });

  it('never repeats a write, nor what the service itself refused', async () => {
    service.answers = [unavailable, good];
    await expect(remove()).rejects.toMatchObject({ reason: 'SERVICE_UNAVAILABLE' });
    service.answers = [refused, good];
    await expect(get()).rejects.toMatchObject({ reason: 'KEYCLOAK_UNAVAILABLE' });
    expect(service.asked.map(({ rpc }) => rpc)).toEqual(['DeleteProduct', 'GetProduct']);
  });

  it('carries the trace and the token of whom it calls for', async () => {
    service.answers = [good, good];
    const ctx = { token: 'his', deadline: new Date(Date.now() + 1_000) } as CallContext;
    await runWithTraceparent(TRACEPARENT, () => get({ ctx }));
    await get();
    const [his, own] = service.asked;
    expect(his?.metadata.getMap()).toMatchObject({ authorization: 'Bearer his', traceparent: TRACEPARENT });
    expect(his?.deadline).toBeLessThanOrEqual(1_000);
    expect(own?.metadata.getMap()).toMatchObject({ authorization: 'Bearer my-own' });
    expect(own?.metadata.get('traceparent')).toEqual([]);
    expect(own?.deadline).toBeGreaterThan(4_000);
  });

  it('does not wait longer than it was told', async () => {
    await expect(get({ timeoutMs: 100 })).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  it('gives up when its own caller has', async () => {
    const gone = new AbortController();
    setTimeout(() => gone.abort(), 50);
    await expect(get({ signal: gone.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(get({ signal: gone.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(service.asked).toHaveLength(1);
  });
});
