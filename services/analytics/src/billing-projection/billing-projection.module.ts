import { Module } from '@nestjs/common';
import { InvoicesConsumer, PaymentsConsumer } from './billing.consumer.js';

@Module({ providers: [InvoicesConsumer, PaymentsConsumer] })
export class BillingProjectionModule {}
