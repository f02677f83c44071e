import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import type { LossReason, Pipeline } from '@rapport/contracts/rapport/deals/v1/pipeline';
import {
  type BatchCreatePipelinesRequest,
  type BatchCreatePipelinesResponse,
  type CreateLossReasonRequest,
  type CreatePipelineRequest,
  type DeleteLossReasonRequest,
  type DeletePipelineRequest,
  type GetLossReasonRequest,
  type GetPipelineRequest,
  type ListLossReasonsRequest,
  type ListLossReasonsResponse,
  type ListPipelinesRequest,
  type ListPipelinesResponse,
  type PipelinesServiceController,
  PipelinesServiceControllerMethods,
  type UndeleteLossReasonRequest,
  type UndeletePipelineRequest,
  type UpdateLossReasonRequest,
  type UpdatePipelineRequest,
} from '@rapport/contracts/rapport/deals/v1/pipelines_service';
import { changedFields, readMasked, versionOf } from '@rapport/service-kit/data';
import { callContext } from '@rapport/service-kit/grpc';
import { PIPELINE, PipelinesService } from './pipelines.service.js';
import { LOSS_REASON, LossReasonsService } from './loss-reasons.service.js';

@Controller()
@PipelinesServiceControllerMethods()
export class PipelinesController implements PipelinesServiceController {
  constructor(
    private readonly pipelines: PipelinesService,
    private readonly lossReasons: LossReasonsService,
  ) {}

  async createPipeline(request: CreatePipelineRequest, metadata?: Metadata): Promise<Pipeline> {
    return this.pipelines.create(callContext(metadata), request);
  }

  async batchCreatePipelines(
    request: BatchCreatePipelinesRequest,
    metadata?: Metadata,
  ): Promise<BatchCreatePipelinesResponse> {
    return this.pipelines.createBatch(callContext(metadata), request);
  }

  async getPipeline(request: GetPipelineRequest, metadata?: Metadata): Promise<Pipeline> {
    return readMasked(await this.pipelines.get(callContext(metadata), request.pipelineId), request.readMask, PIPELINE);
  }

  async listPipelines(request: ListPipelinesRequest, metadata?: Metadata): Promise<ListPipelinesResponse> {
    const { pipelines, ...page } = await this.pipelines.list(callContext(metadata), request);
    return { ...page, pipelines: pipelines.map((one) => readMasked(one, request.readMask, PIPELINE)) };
  }

  async updatePipeline(request: UpdatePipelineRequest, metadata?: Metadata): Promise<Pipeline> {
    const wanted = request.pipeline!;
    const fields = changedFields(PIPELINE, wanted, request.updateMask);
    return this.pipelines.update(callContext(metadata), wanted, fields, versionOf(request.etag));
  }

  async deletePipeline(request: DeletePipelineRequest, metadata?: Metadata): Promise<Pipeline> {
    return this.pipelines.delete(callContext(metadata), request.pipelineId, versionOf(request.etag));
  }

  async undeletePipeline(request: UndeletePipelineRequest, metadata?: Metadata): Promise<Pipeline> {
    return this.pipelines.undelete(callContext(metadata), request.pipelineId, versionOf(request.etag));
  }

  async createLossReason(request: CreateLossReasonRequest, metadata?: Metadata): Promise<LossReason> {
    return this.lossReasons.create(callContext(metadata), request);
  }

  async getLossReason(request: GetLossReasonRequest, metadata?: Metadata): Promise<LossReason> {
    return readMasked(
      await this.lossReasons.get(callContext(metadata), request.lossReasonId),
      request.readMask,
      LOSS_REASON,
    );
  }

  async listLossReasons(request: ListLossReasonsRequest, metadata?: Metadata): Promise<ListLossReasonsResponse> {
    const { lossReasons, ...page } = await this.lossReasons.list(callContext(metadata), request);
    return { ...page, lossReasons: lossReasons.map((one) => readMasked(one, request.readMask, LOSS_REASON)) };
  }

  async updateLossReason(request: UpdateLossReasonRequest, metadata?: Metadata): Promise<LossReason> {
    const wanted = request.lossReason!;
    const fields = changedFields(LOSS_REASON, wanted, request.updateMask);
    return this.lossReasons.update(callContext(metadata), wanted, fields, versionOf(request.etag));
  }

  async deleteLossReason(request: DeleteLossReasonRequest, metadata?: Metadata): Promise<LossReason> {
    return this.lossReasons.delete(callContext(metadata), request.lossReasonId, versionOf(request.etag));
  }

  async undeleteLossReason(request: UndeleteLossReasonRequest, metadata?: Metadata): Promise<LossReason> {
    return this.lossReasons.undelete(callContext(metadata), request.lossReasonId, versionOf(request.etag));
  }
}
