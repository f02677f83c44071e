import type { ClickHouseClient } from '@clickhouse/client';
import { Inject } from '@nestjs/common';
import {
  DealCreated,
  DealDeleted,
  DealImported,
  DealLost,
  DealMoved,
  DealTransferred,
  DealUndeleted,
  DealUpdated,
  DealWon,
} from '@rapport/contracts/rapport/deals/v1/deal_events';
import { PoisonError, Projection, type BucketDigest, type EventOf, type TimeRange } from '@rapport/service-kit/events';
import { fitting } from '../engine/column-limits.js';
import { ENGINE } from '../engine/engine.js';
import { latestVersionDigest } from '../engine/latest-versions.queries.js';
import { dealRow, type DealRow } from './deal-row.js';
import { DealsProjection } from './deals-projection.service.js';

const SUBSCRIBED = [
  DealCreated,
  DealImported,
  DealUpdated,
  DealDeleted,
  DealUndeleted,
  DealTransferred,
  DealMoved,
  DealWon,
  DealLost,
] as const;

/** Every event of a deal carries the whole deal: any of them brings the figures up to date. */
@Projection({ durable: 'analytics--deal-figures', subscribes: SUBSCRIBED, batchSize: 4_000, lingerMs: 50 })
export class DealFiguresConsumer {
  constructor(
    private readonly projection: DealsProjection,
    @Inject(ENGINE) private readonly engine: ClickHouseClient,
  ) {}

  async apply(events: readonly EventOf<typeof SUBSCRIBED>[]): Promise<void> {
    await this.projection.applyBatch(events.map(rowOf));
  }

  digest(range: TimeRange): Promise<BucketDigest[]> {
    return latestVersionDigest(this.engine, 'deal', range);
  }
}

function rowOf({ message: { deal }, eventId, version, occurTime }: EventOf<typeof SUBSCRIBED>): DealRow {
  if (deal === undefined) throw new PoisonError(`Event ${eventId} carries no deal.`);
  return fitting(eventId, () => dealRow({ eventId, version, occurTime, deal }));
}
