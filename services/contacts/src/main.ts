import { CounterpartiesServiceService } from '@rapport/contracts/rapport/contacts/v1/counterparties_service';
import { OrganizationServiceService } from '@rapport/contracts/rapport/contacts/v1/organization_service';
import { PeopleServiceService } from '@rapport/contracts/rapport/contacts/v1/people_service';
import { runService } from '@rapport/service-kit/lifecycle';
import { AppModule } from './app.module.js';
import { config } from './config.js';

await runService(AppModule, {
  name: 'contacts',
  config,
  grpc: { definitions: [OrganizationServiceService, CounterpartiesServiceService, PeopleServiceService] },
});
