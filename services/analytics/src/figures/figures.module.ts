import { Module } from '@nestjs/common';
import { Lifecycle, LIFECYCLE_ORDER } from '@rapport/service-kit/lifecycle';
import { DealsTable } from '../deals-projection/deals-table.queries.js';
import { DatasetEpochs } from './dataset-epochs.queries.js';
import { Figures } from './figures.service.js';
import { Upkeep } from './upkeep.service.js';

/** The cube: built before calls are taken and events consumed, looked after from then on. */
@Module({
  providers: [DealsTable, DatasetEpochs, Figures, Upkeep],
  exports: [DealsTable, Figures],
})
export class FiguresModule {
  constructor(lifecycle: Lifecycle, figures: Figures, upkeep: Upkeep) {
    lifecycle.add({
      name: 'figures',
      order: LIFECYCLE_ORDER.CACHES,
      start: () => figures.exclusively(() => figures.rebuild()),
      stop: () => figures.exclusively(async () => {}),
    });
    lifecycle.add({
      name: 'upkeep of figures',
      order: LIFECYCLE_ORDER.CONSUMERS,
      start: async () => upkeep.start(),
      stop: () => upkeep.stop(),
    });
  }
}
