import { Injectable } from '@nestjs/common';
import { databaseAdapter, defineModels, ServiceData, type Tx as KitTx } from '@rapport/service-kit/data';
import { ServiceSettings } from '@rapport/service-kit/lifecycle';
import { type Prisma, PrismaClient } from './generated/prisma/client.js';

/** Every model, and whose rights reach its rows. */
const models = defineModels<Exclude<Prisma.ModelName, 'RowParticipant'>>({
  Branch: { resource: 'contacts.branch' },
  Department: { resource: 'contacts.department' },
  Employee: { resource: 'contacts.employee', unique: { email: 'EMAIL_TAKEN', username: 'USERNAME_TAKEN' } },
  Counterparty: { resource: 'contacts.counterparty' },
  Person: { resource: 'contacts.person' },
  Affiliation: { childOf: 'Person', through: 'person', list: 'affiliations' },
});

/** The database of contacts. */
@Injectable()
export class Data extends ServiceData<PrismaClient> {
  constructor({ name, config }: ServiceSettings) {
    super({
      client: new PrismaClient({ adapter: databaseAdapter(config.DATABASE_URL, name) }),
      models,
      pageTokenSecret: config.PAGE_TOKEN_SECRET,
      // Master of both: no copy of its own rows, which would be a moment late.
      departments: (sql) => sql`select id::text as id, parent_id::text as "parentId" from department`,
      branches: (sql) =>
        sql`select id::text as id, time_zone as "timeZone", currency_code as "currencyCode" from branch`,
    });
  }
}

export type Tx = KitTx<PrismaClient>;
