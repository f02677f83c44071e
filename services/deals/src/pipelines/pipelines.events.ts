import type { Pipeline } from '@rapport/contracts/rapport/deals/v1/pipeline';
import {
  PipelineCreated,
  PipelineDeleted,
  PipelineImported,
  PipelineUndeleted,
  PipelineUpdated,
} from '@rapport/contracts/rapport/deals/v1/pipeline_events';
import { event, type OutboxEvent } from '@rapport/service-kit/data';

export const pipelineCreated = (pipeline: Pipeline): OutboxEvent => event(PipelineCreated, { pipeline }, pipeline);

export const pipelineImported = (pipeline: Pipeline): OutboxEvent => event(PipelineImported, { pipeline }, pipeline);

export const pipelineUpdated = (pipeline: Pipeline): OutboxEvent => event(PipelineUpdated, { pipeline }, pipeline);

export const pipelineDeleted = (pipeline: Pipeline): OutboxEvent => event(PipelineDeleted, { pipeline }, pipeline);

export const pipelineUndeleted = (pipeline: Pipeline): OutboxEvent => event(PipelineUndeleted, { pipeline }, pipeline);
