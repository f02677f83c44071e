import { Injectable } from '@nestjs/common';
import { databaseAdapter, defineModels, ServiceData, type Tx as KitTx } from '@rapport/service-kit/data';
import { ServiceSettings } from '@rapport/service-kit/lifecycle';
import { type Prisma, PrismaClient } from './generated/prisma/client.js';

/** Every model, and whose rights reach its rows. */
const models = defineModels<Exclude<Prisma.ModelName, 'RowParticipant'>>({
  Product: { resource: 'deals.product', unique: { sku: 'SKU_TAKEN' } },
  Pipeline: { resource: 'deals.pipeline' },
  Stage: { childOf: 'Pipeline', through: 'pipeline', list: 'stages' },
  LossReason: { resource: 'deals.loss_reason' },
  Deal: { resource: 'deals.deal' },
  StageChange: { childOf: 'Deal', through: 'deal', resource: 'deals.stage_change' },
});

/** The database of deals. */
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
