// The hand-written hop, inner half: grpc-js with the generated definition, one Prisma query, one mapping.
import { Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import { PrismaPg } from '@prisma/adapter-pg';
import { Deal, type Deal_Outcome } from '@rapport/contracts/rapport/deals/v1/deal';
import {
  DealsServiceService,
  type GetDealRequest,
  type ListDealsRequest,
  type ListDealsResponse,
} from '@rapport/contracts/rapport/deals/v1/deals_service';
import type { Deal as DealRow, PrismaClient as Client } from '../../services/deals/src/generated/prisma/client.js';
import { readBareServiceConfig } from './config.ts';

// Node runs the compiled client; its source says `.js` of files that are not there before the compilation.
const compiled = new URL('../../services/deals/dist/generated/prisma/client.js', import.meta.url).href;
const { PrismaClient } = (await import(compiled)) as { PrismaClient: typeof Client };

const config = readBareServiceConfig();
const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: config.databaseUrl, max: 12 }) });

const answer = <T>(work: Promise<T>, done: sendUnaryData<T>): void => {
  work.then(
    (value) => done(null, value),
    (error: Error) => done(error, null),
  );
};

const server = new Server();
server.addService(
  { getDeal: DealsServiceService.getDeal, listDeals: DealsServiceService.listDeals },
  {
    getDeal: ({ request }: ServerUnaryCall<GetDealRequest, Deal>, done: sendUnaryData<Deal>) =>
      answer(get(request.dealId), done),
    listDeals: (
      { request }: ServerUnaryCall<ListDealsRequest, ListDealsResponse>,
      done: sendUnaryData<ListDealsResponse>,
    ) => answer(list(request.pageSize), done),
  },
);

async function get(id: string): Promise<Deal> {
  return toProto(await prisma.deal.findUniqueOrThrow({ where: { id } }));
}

async function list(pageSize: number): Promise<ListDealsResponse> {
  const rows = await prisma.deal.findMany({ orderBy: [{ createTime: 'desc' }, { id: 'desc' }], take: pageSize });
  return { deals: rows.map(toProto), nextPageToken: '' };
}

// What the card gains later stays empty here: it is the hop that is measured.
const blank = Deal.decode(new Uint8Array());

function toProto(row: DealRow): Deal {
  return {
    ...blank,
    id: row.id,
    etag: String(row.version),
    createTime: row.createTime,
    updateTime: row.updateTime,
    deleteTime: row.deleteTime ?? undefined,
    externalId: row.externalSource === null ? undefined : { source: row.externalSource, key: row.externalKey ?? '' },
    ownerId: row.ownerId,
    departmentId: row.departmentId,
    branchId: row.branchId,
    creditedEmployeeId: row.creditedEmployeeId,
    creditedDepartmentId: row.creditedDepartmentId,
    creditedBranchId: row.creditedBranchId,
    displayName: row.displayName,
    counterpartyId: row.counterpartyId ?? '',
    personId: row.personId ?? '',
    productId: row.productId ?? '',
    pipelineId: row.pipelineId,
    stageId: row.stageId,
    outcome: row.outcome as Deal_Outcome,
    amount: money(row.amount, row.amountCurrency),
    cost: money(row.cost, row.costCurrency),
    margin: money(row.margin, row.marginCurrency),
    expectedCloseDate: date(row.expectedCloseDate),
    startDate: date(row.startDate),
    closeDate: date(row.closeDate),
    businessDate: date(row.businessDate),
    lossReasonId: row.lossReasonId ?? '',
    lossComment: row.lossComment,
    note: row.note,
    attributes: row.attributes as Record<string, unknown>,
  };
}

function money(amount: { toFixed(): string } | null, currencyCode: string | null): Deal['amount'] {
  return amount === null ? undefined : { amount: amount.toFixed(), currencyCode: currencyCode ?? '' };
}

function date(value: Date | null): Deal['closeDate'] {
  return value === null ? undefined : { value: value.toISOString().slice(0, 10) };
}

await prisma.$connect();
server.bindAsync(`127.0.0.1:${config.port}`, ServerCredentials.createInsecure(), (error) => {
  if (error) throw error;
});
