import { Injectable } from '@nestjs/common';
import { ServiceClient } from '@rapport/service-kit/access';
import { Lifecycle, LIFECYCLE_ORDER } from '@rapport/service-kit/lifecycle';
import { logger } from '@rapport/service-kit/telemetry';
import { PipelinesService } from './pipelines.service.js';

const RETRY_MS = 5_000;

const log = logger('deals.default-pipeline');

/** A company without any pipeline gets the default one when the service starts: no deal can be made without. */
@Injectable()
export class DefaultPipeline {
  private retry: NodeJS.Timeout | undefined;

  constructor(
    private readonly pipelines: PipelinesService,
    private readonly self: ServiceClient,
    lifecycle: Lifecycle,
  ) {
    const order = LIFECYCLE_ORDER.CACHES;
    lifecycle.add({
      name: 'default pipeline',
      order,
      start: () => this.ensure(),
      stop: async () => clearTimeout(this.retry),
    });
  }

  /** Keycloak may be away just now: that keeps nobody from working with the pipelines there are. */
  private async ensure(): Promise<void> {
    try {
      await this.pipelines.ensureDefault(
        await this.self.serviceContext({ resource: 'deals.pipeline', action: 'create' }),
      );
    } catch (err) {
      log.warn({ event: 'pipeline.default_delayed', err });
      this.retry = setTimeout(() => void this.ensure(), RETRY_MS);
    }
  }
}
