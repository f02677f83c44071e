import type { ClickHouseClient } from '@clickhouse/client';
import { Inject } from '@nestjs/common';
import {
  BranchCreated,
  BranchDeleted,
  BranchImported,
  BranchUndeleted,
  BranchUpdated,
  DepartmentCreated,
  DepartmentDeleted,
  DepartmentImported,
  DepartmentUndeleted,
  DepartmentUpdated,
  EmployeeCreated,
  EmployeeDismissed,
  EmployeeImported,
  EmployeeUpdated,
} from '@rapport/contracts/rapport/contacts/v1/organization_events';
import {
  PipelineCreated,
  PipelineDeleted,
  PipelineImported,
  PipelineUndeleted,
  PipelineUpdated,
} from '@rapport/contracts/rapport/deals/v1/pipeline_events';
import {
  ProductCreated,
  ProductDeleted,
  ProductImported,
  ProductUndeleted,
  ProductUpdated,
} from '@rapport/contracts/rapport/deals/v1/product_events';
import { PoisonError, Projection, type BucketDigest, type EventOf, type TimeRange } from '@rapport/service-kit/events';
import { assertIds, fitting } from '../engine/column-limits.js';
import { ENGINE } from '../engine/engine.js';
import { latestVersionDigest } from '../engine/latest-versions.queries.js';
import { DIMENSION_KINDS, dimensionContent, type DimensionRow } from './dimension-row.js';
import { Dimensions } from './dimensions.service.js';

const SUBSCRIBED = [
  BranchCreated,
  BranchImported,
  BranchUpdated,
  BranchDeleted,
  BranchUndeleted,
  DepartmentCreated,
  DepartmentImported,
  DepartmentUpdated,
  DepartmentDeleted,
  DepartmentUndeleted,
  EmployeeCreated,
  EmployeeImported,
  EmployeeUpdated,
  EmployeeDismissed,
  ProductCreated,
  ProductImported,
  ProductUpdated,
  ProductDeleted,
  ProductUndeleted,
  PipelineCreated,
  PipelineImported,
  PipelineUpdated,
  PipelineDeleted,
  PipelineUndeleted,
] as const;

/** Keeps the names that figures are shown with, and the tree that department scopes follow. */
@Projection({ durable: 'analytics--dimensions', subscribes: SUBSCRIBED, batchSize: 1_000, lingerMs: 50 })
export class DimensionsConsumer {
  constructor(
    private readonly dimensions: Dimensions,
    @Inject(ENGINE) private readonly engine: ClickHouseClient,
  ) {}

  async apply(events: readonly EventOf<typeof SUBSCRIBED>[]): Promise<void> {
    await this.dimensions.apply(events.map(rowOf));
  }

  async digest(range: TimeRange, service: string): Promise<BucketDigest[]> {
    if (service !== 'contacts' && service !== 'deals') return [];
    return latestVersionDigest(this.engine, 'dimension', range, DIMENSION_KINDS[service]);
  }
}

function rowOf({ message, eventId, version, occurTime }: EventOf<typeof SUBSCRIBED>): DimensionRow {
  const content = dimensionContent(message);
  if (content === undefined) throw new PoisonError(`Event ${eventId} carries no state.`);
  return fitting(eventId, () => {
    assertIds(eventId, content.id);
    return { ...content, version, event_id: eventId, occur_time: occurTime.toISOString() };
  });
}
