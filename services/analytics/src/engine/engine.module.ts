import type { ClickHouseClient } from '@clickhouse/client';
import { Global, Inject, Module } from '@nestjs/common';
import { Lifecycle, LIFECYCLE_ORDER, ServiceSettings } from '@rapport/service-kit/lifecycle';
import { logger } from '@rapport/service-kit/telemetry';
import type { AnalyticsConfig } from '../config.js';
import { migrateEngine } from './engine-schema.js';
import { ENGINE, openEngine } from './engine.js';

const log = logger('engine');

/** The engine, open and with its tables up to date before anything else starts. */
@Global()
@Module({
  providers: [
    {
      provide: ENGINE,
      useFactory: ({ config }: ServiceSettings) => openEngine(config as AnalyticsConfig),
      inject: [ServiceSettings],
    },
  ],
  exports: [ENGINE],
})
export class EngineModule {
  constructor(lifecycle: Lifecycle, @Inject(ENGINE) engine: ClickHouseClient) {
    lifecycle.add({
      name: 'engine',
      order: LIFECYCLE_ORDER.DATABASE,
      start: async () => {
        const applied = await migrateEngine(engine);
        if (applied.length > 0) log.info({ event: 'engine.migrated', applied });
      },
      stop: () => engine.close(),
    });
  }
}
