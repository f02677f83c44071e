import { Module } from '@nestjs/common';
import { OrganizationModule } from '../organization/organization.module.js';
import { CounterpartiesController } from './counterparties.controller.js';
import { CounterpartiesService } from './counterparties.service.js';

@Module({ imports: [OrganizationModule], controllers: [CounterpartiesController], providers: [CounterpartiesService] })
export class CounterpartiesModule {}
