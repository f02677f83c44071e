import { Module } from '@nestjs/common';
import { Lifecycle, LIFECYCLE_ORDER } from '@rapport/service-kit/lifecycle';
import { DimensionsConsumer } from './dimensions.consumer.js';
import { Dimensions } from './dimensions.service.js';

@Module({
  providers: [Dimensions, DimensionsConsumer],
  exports: [Dimensions],
})
export class DimensionsModule {
  constructor(lifecycle: Lifecycle, dimensions: Dimensions) {
    lifecycle.add({
      name: 'dimensions',
      order: LIFECYCLE_ORDER.CACHES,
      start: () => dimensions.load(),
      stop: async () => {},
    });
  }
}
