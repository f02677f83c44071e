import { Module } from '@nestjs/common';
import { dataModule } from '@rapport/service-kit/data';
import { EventsModule } from '@rapport/service-kit/events';
import { InvoicesModule } from './invoices/invoices.module.js';
import { PaymentsModule } from './payments/payments.module.js';
import { Data } from './prisma.service.js';

@Module({ imports: [dataModule(Data), EventsModule, InvoicesModule, PaymentsModule] })
export class AppModule {}
