import { Injectable } from '@nestjs/common';
import { databaseAdapter, defineModels, ServiceData, type Tx as KitTx } from '@rapport/service-kit/data';
import { ServiceSettings } from '@rapport/service-kit/lifecycle';
import { type Prisma, PrismaClient } from './generated/prisma/client.js';

/** Every model, and whose rights reach its rows. */
const models = defineModels<Exclude<Prisma.ModelName, 'RowParticipant'>>({
  Invoice: { resource: 'billing.invoice' },
  InvoiceLine: { childOf: 'Invoice', through: 'invoice', list: 'lines' },
  Payment: { resource: 'billing.payment' },
  NumberSeries: { internal: true },
});

/** The database of billing. */
@Injectable()
export class Data extends ServiceData<PrismaClient> {
  constructor({ name, config }: ServiceSettings) {
    super({
      client: new PrismaClient({ adapter: databaseAdapter(config.DATABASE_URL, name) }),
      models,
      pageTokenSecret: config.PAGE_TOKEN_SECRET,
    });
  }
}

export type Tx = KitTx<PrismaClient>;
