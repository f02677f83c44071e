import type { ClickHouseClient } from '@clickhouse/client';
import { Inject, Injectable } from '@nestjs/common';
import { ServiceSettings } from '@rapport/service-kit/lifecycle';
import { logger } from '@rapport/service-kit/telemetry';
import type { AnalyticsConfig } from '../config.js';
import { ENGINE } from '../engine/engine.js';
import { mergeQuietPartitions } from '../engine/quiet-partitions.queries.js';
import { Figures } from './figures.service.js';
import { msUntilHour } from './night.js';

const log = logger('upkeep');

const MERGE_EVERY_MS = 10 * 60_000;
const MERGES_AT_ONCE = 4;

/** What is done while nobody looks: the nightly comparison of cube and table, and merges of quiet partitions. */
@Injectable()
export class Upkeep {
  private readonly verifyHour: number;
  private readonly timers = new Set<NodeJS.Timeout>();
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly figures: Figures,
    @Inject(ENGINE) private readonly engine: ClickHouseClient,
    { config }: ServiceSettings,
  ) {
    this.verifyHour = (config as AnalyticsConfig).FIGURES_VERIFY_HOUR;
  }

  start(): void {
    this.repeat(
      () => msUntilHour(new Date(), this.verifyHour),
      async () => {
        await this.figures.verify();
      },
    );
    this.repeat(
      () => MERGE_EVERY_MS,
      async () => {
        const merged = await mergeQuietPartitions(this.engine, MERGES_AT_ONCE);
        if (merged > 0) log.info({ event: 'upkeep.merged', partitions: merged });
      },
    );
  }

  async stop(): Promise<void> {
    this.stopped = true;
    for (const timer of this.timers) clearTimeout(timer);
    await this.running;
  }

  private repeat(wait: () => number, work: () => Promise<void>): void {
    if (this.stopped) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      this.running = this.running
        .then(work)
        .catch((err: unknown) => log.error({ event: 'upkeep.failed', err }))
        .then(() => this.repeat(wait, work));
    }, wait()).unref();
    this.timers.add(timer);
  }
}
