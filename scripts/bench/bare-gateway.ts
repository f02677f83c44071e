// The hand-written hop, outer half: Fastify verifies the token, calls the service with the generated client and lets
// JSON.stringify write the answer. No exchange, mask, row predicate, audit, limits, log, ETag or problem document.
import { createHash } from 'node:crypto';
import { Client, credentials } from '@grpc/grpc-js';
import { DealsServiceService } from '@rapport/contracts/rapport/deals/v1/deals_service';
import { fastify } from 'fastify';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { readBareGatewayConfig } from './config.ts';

const config = readBareGatewayConfig();
const { getDeal, listDeals } = DealsServiceService;
const deals = new Client(config.serviceAddress, credentials.createInsecure());
const keys = createRemoteJWKSet(new URL(`${config.issuer}/protocol/openid-connect/certs`));
const verifiedUntil = new Map<string, number>();

async function verify(authorization = ''): Promise<void> {
  const token = authorization.slice('Bearer '.length);
  const key = config.verifies === 'once' ? createHash('sha256').update(token).digest('base64') : '';
  if (key !== '' && (verifiedUntil.get(key) ?? 0) > Date.now()) return;
  const { payload } = await jwtVerify(token, keys, { issuer: config.issuer, audience: 'gateway' });
  if (key !== '') verifiedUntil.set(key, (payload.exp ?? 0) * 1000);
}

/** What the generated definitions say of an rpc. */
interface Rpc<Request, Response> {
  path: string;
  requestSerialize: (request: Request) => Buffer;
  responseDeserialize: (bytes: Buffer) => Response;
}

function call<Request, Response>(rpc: Rpc<Request, Response>, request: Request): Promise<Response | undefined> {
  return new Promise((resolve, reject) => {
    deals.makeUnaryRequest(rpc.path, rpc.requestSerialize, rpc.responseDeserialize, request, (error, response) =>
      error ? reject(error) : resolve(response),
    );
  });
}

const server = fastify();

server.get('/ready', () => 'ready');

server.get<{ Params: { id: string } }>('/v1/deals/:id', async ({ headers, params }) => {
  await verify(headers.authorization);
  return call(getDeal, { dealId: params.id, readMask: undefined });
});

server.get<{ Querystring: { pageSize?: string } }>('/v1/deals', async ({ headers, query }) => {
  await verify(headers.authorization);
  const pageSize = Number(query.pageSize ?? 50);
  return call(listDeals, {
    pageSize,
    filter: '',
    orderBy: '',
    pageToken: '',
    readMask: undefined,
    includeTotal: false,
    showDeleted: false,
  });
});

await server.listen({ port: config.port, host: '127.0.0.1' });
