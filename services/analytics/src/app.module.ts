import { Module } from '@nestjs/common';
import { dataModule } from '@rapport/service-kit/data';
import { EventsModule } from '@rapport/service-kit/events';
import { BillingProjectionModule } from './billing-projection/billing-projection.module.js';
import { DealsProjectionModule } from './deals-projection/deals-projection.module.js';
import { DimensionsModule } from './dimensions/dimensions.module.js';
import { EngineModule } from './engine/engine.module.js';
import { FiguresModule } from './figures/figures.module.js';
import { Data } from './prisma.service.js';
import { ReportsModule } from './reports/reports.module.js';

@Module({
  imports: [
    dataModule(Data),
    EventsModule,
    EngineModule,
    FiguresModule,
    DealsProjectionModule,
    DimensionsModule,
    BillingProjectionModule,
    ReportsModule,
  ],
})
export class AppModule {}
