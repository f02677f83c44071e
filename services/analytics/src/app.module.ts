import { Module } from '@nestjs/common';
import { EventsModule } from '@rapport/service-kit/events';
import { BillingProjectionModule } from './billing-projection/billing-projection.module.js';
import { DealsProjectionModule } from './deals-projection/deals-projection.module.js';
import { DimensionsModule } from './dimensions/dimensions.module.js';
import { EngineModule } from './engine/engine.module.js';
import { FiguresModule } from './figures/figures.module.js';
import { ReportsModule } from './reports/reports.module.js';

@Module({
  imports: [EventsModule, EngineModule, FiguresModule, DealsProjectionModule, DimensionsModule, BillingProjectionModule, ReportsModule],
})
export class AppModule {}
