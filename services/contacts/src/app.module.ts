import { Module } from '@nestjs/common';
import { dataModule } from '@rapport/service-kit/data';
import { EventsModule } from '@rapport/service-kit/events';
import { CounterpartiesModule } from './counterparties/counterparties.module.js';
import { LoginsModule } from './logins/logins.module.js';
import { OrganizationModule } from './organization/organization.module.js';
import { PeopleModule } from './people/people.module.js';
import { Data } from './prisma.service.js';

@Module({
  imports: [dataModule(Data), EventsModule, OrganizationModule, CounterpartiesModule, PeopleModule, LoginsModule],
})
export class AppModule {}
