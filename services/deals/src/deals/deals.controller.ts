import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import type { Deal } from '@rapport/contracts/rapport/deals/v1/deal';
import {
  type BatchCreateDealsRequest,
  type BatchCreateDealsResponse,
  type CreateDealRequest,
  type DealsServiceController,
  DealsServiceControllerMethods,
  type DeleteDealRequest,
  type GetDealRequest,
  type ListDealsRequest,
  type ListDealsResponse,
  type ListStageChangesRequest,
  type ListStageChangesResponse,
  type LoseDealRequest,
  type MoveDealRequest,
  type TransferDealRequest,
  type UndeleteDealRequest,
  type UpdateDealRequest,
  type WinDealRequest,
} from '@rapport/contracts/rapport/deals/v1/deals_service';
import { changedFields, readMasked, versionOf } from '@rapport/service-kit/data';
import { callContext } from '@rapport/service-kit/grpc';
import { DEAL, DealsService } from './deals.service.js';

@Controller()
@DealsServiceControllerMethods()
export class DealsController implements DealsServiceController {
  constructor(private readonly deals: DealsService) {}

  async createDeal(request: CreateDealRequest, metadata?: Metadata): Promise<Deal> {
    return this.deals.create(callContext(metadata), request);
  }

  async batchCreateDeals(request: BatchCreateDealsRequest, metadata?: Metadata): Promise<BatchCreateDealsResponse> {
    return this.deals.createBatch(callContext(metadata), request);
  }

  async getDeal(request: GetDealRequest, metadata?: Metadata): Promise<Deal> {
    return readMasked(await this.deals.get(callContext(metadata), request.dealId), request.readMask, DEAL);
  }

  async listDeals(request: ListDealsRequest, metadata?: Metadata): Promise<ListDealsResponse> {
    const { deals, ...page } = await this.deals.list(callContext(metadata), request);
    return { ...page, deals: deals.map((one) => readMasked(one, request.readMask, DEAL)) };
  }

  async updateDeal(request: UpdateDealRequest, metadata?: Metadata): Promise<Deal> {
    const wanted = request.deal!;
    const fields = changedFields(DEAL, wanted, request.updateMask);
    return this.deals.update(callContext(metadata), wanted, fields, versionOf(request.etag));
  }

  async deleteDeal(request: DeleteDealRequest, metadata?: Metadata): Promise<Deal> {
    return this.deals.delete(callContext(metadata), request.dealId, versionOf(request.etag));
  }

  async undeleteDeal(request: UndeleteDealRequest, metadata?: Metadata): Promise<Deal> {
    return this.deals.undelete(callContext(metadata), request.dealId, versionOf(request.etag));
  }

  async transferDeal(request: TransferDealRequest, metadata?: Metadata): Promise<Deal> {
    const { dealId, ownerId, departmentId, branchId, etag } = request;
    return this.deals.transfer(callContext(metadata), dealId, { ownerId, departmentId, branchId }, versionOf(etag));
  }

  async moveDeal(request: MoveDealRequest, metadata?: Metadata): Promise<Deal> {
    const { dealId, stageId, reason, etag } = request;
    return this.deals.move(callContext(metadata), dealId, { stageId, reason }, versionOf(etag));
  }

  async winDeal(request: WinDealRequest, metadata?: Metadata): Promise<Deal> {
    return this.deals.win(callContext(metadata), request.dealId, request.amount, versionOf(request.etag));
  }

  async loseDeal(request: LoseDealRequest, metadata?: Metadata): Promise<Deal> {
    const { dealId, lossReasonId, comment, etag } = request;
    return this.deals.lose(callContext(metadata), dealId, { lossReasonId, comment }, versionOf(etag));
  }

  async listStageChanges(request: ListStageChangesRequest, metadata?: Metadata): Promise<ListStageChangesResponse> {
    return this.deals.listStageChanges(callContext(metadata), request);
  }
}
