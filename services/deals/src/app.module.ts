import { Module } from '@nestjs/common';
import { dataModule } from '@rapport/service-kit/data';
import { EventsModule } from '@rapport/service-kit/events';
import { DealsModule } from './deals/deals.module.js';
import { PipelinesModule } from './pipelines/pipelines.module.js';
import { Data } from './prisma.service.js';
import { ProductsModule } from './products/products.module.js';

@Module({ imports: [dataModule(Data), EventsModule, ProductsModule, PipelinesModule, DealsModule] })
export class AppModule {}
