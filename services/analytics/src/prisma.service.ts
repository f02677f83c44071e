import { Injectable } from '@nestjs/common';
import { databaseAdapter, defineModels, ServiceData } from '@rapport/service-kit/data';
import { ServiceSettings } from '@rapport/service-kit/lifecycle';
import { type Prisma, PrismaClient } from './generated/prisma/client.js';

const MODELS = defineModels<Prisma.ModelName>({ DatasetEpoch: { internal: true } });

/** Analytics' own PostgreSQL: no business rows are in it, what is projected is in the engine. */
@Injectable()
export class Data extends ServiceData<PrismaClient> {
  constructor({ name, config }: ServiceSettings) {
    const client = new PrismaClient({ adapter: databaseAdapter(config.DATABASE_URL, name) });
    super({ client, models: MODELS, pageTokenSecret: config.PAGE_TOKEN_SECRET });
  }
}
