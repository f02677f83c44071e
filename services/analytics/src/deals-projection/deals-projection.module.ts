import { Module } from '@nestjs/common';
import { FiguresModule } from '../figures/figures.module.js';
import { DealFiguresConsumer } from './deal-figures.consumer.js';
import { DealsProjection } from './deals-projection.service.js';

@Module({
  imports: [FiguresModule],
  providers: [DealsProjection, DealFiguresConsumer],
})
export class DealsProjectionModule {}
