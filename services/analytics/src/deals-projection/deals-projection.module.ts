import { setTimeout as sleep } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import { consumerOf, EventsRuntime } from '@rapport/service-kit/events';
import { Lifecycle, LIFECYCLE_ORDER } from '@rapport/service-kit/lifecycle';
import { logger } from '@rapport/service-kit/telemetry';
import { firstCatchUp } from '../figures/first-catch-up.js';
import { FiguresModule } from '../figures/figures.module.js';
import { DealFiguresConsumer } from './deal-figures.consumer.js';
import { DealsProjection } from './deals-projection.service.js';

const log = logger('figures');

/** Brings deals into the figures; the process is ready once those that waited while it was away are in. */
@Module({
  imports: [FiguresModule],
  providers: [DealsProjection, DealFiguresConsumer],
})
export class DealsProjectionModule {
  constructor(lifecycle: Lifecycle, events: EventsRuntime, deals: DealFiguresConsumer) {
    const durable = consumerOf(deals)?.declaration.durable ?? '';
    lifecycle.add({
      name: 'first catch-up',
      order: LIFECYCLE_ORDER.CONSUMERS + 1,
      start: async () => {
        const outcome = await firstCatchUp({ lag: () => events.lag(durable), now: () => performance.now(), sleep });
        log.info({ event: 'figures.first_catch_up', outcome });
      },
      stop: async () => {},
    });
  }
}
