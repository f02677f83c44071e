import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import {
  type BatchCreateCounterpartiesRequest,
  type BatchCreateCounterpartiesResponse,
  type CounterpartiesServiceController,
  CounterpartiesServiceControllerMethods,
  type CreateCounterpartyRequest,
  type DeleteCounterpartyRequest,
  type GetCounterpartyRequest,
  type ListCounterpartiesRequest,
  type ListCounterpartiesResponse,
  type TransferCounterpartyRequest,
  type UndeleteCounterpartyRequest,
  type UpdateCounterpartyRequest,
} from '@rapport/contracts/rapport/contacts/v1/counterparties_service';
import type { Counterparty } from '@rapport/contracts/rapport/contacts/v1/counterparty';
import { changedFields, readMasked, versionOf } from '@rapport/service-kit/data';
import { callContext } from '@rapport/service-kit/grpc';
import { COUNTERPARTY, CounterpartiesService } from './counterparties.service.js';

@Controller()
@CounterpartiesServiceControllerMethods()
export class CounterpartiesController implements CounterpartiesServiceController {
  constructor(private readonly counterparties: CounterpartiesService) {}

  async createCounterparty(request: CreateCounterpartyRequest, metadata?: Metadata): Promise<Counterparty> {
    return this.counterparties.create(callContext(metadata), request);
  }

  async batchCreateCounterparties(
    request: BatchCreateCounterpartiesRequest,
    metadata?: Metadata,
  ): Promise<BatchCreateCounterpartiesResponse> {
    return this.counterparties.createBatch(callContext(metadata), request);
  }

  async getCounterparty(request: GetCounterpartyRequest, metadata?: Metadata): Promise<Counterparty> {
    const counterparty = await this.counterparties.get(callContext(metadata), request.counterpartyId);
    return readMasked(counterparty, request.readMask, COUNTERPARTY);
  }

  async listCounterparties(
    request: ListCounterpartiesRequest,
    metadata?: Metadata,
  ): Promise<ListCounterpartiesResponse> {
    const { counterparties, ...page } = await this.counterparties.list(callContext(metadata), request);
    return { ...page, counterparties: counterparties.map((one) => readMasked(one, request.readMask, COUNTERPARTY)) };
  }

  async updateCounterparty(request: UpdateCounterpartyRequest, metadata?: Metadata): Promise<Counterparty> {
    const wanted = request.counterparty!;
    const fields = changedFields(COUNTERPARTY, wanted, request.updateMask);
    return this.counterparties.update(callContext(metadata), wanted, fields, versionOf(request.etag));
  }

  async deleteCounterparty(request: DeleteCounterpartyRequest, metadata?: Metadata): Promise<Counterparty> {
    return this.counterparties.delete(callContext(metadata), request.counterpartyId, versionOf(request.etag));
  }

  async undeleteCounterparty(request: UndeleteCounterpartyRequest, metadata?: Metadata): Promise<Counterparty> {
    return this.counterparties.undelete(callContext(metadata), request.counterpartyId, versionOf(request.etag));
  }

  async transferCounterparty(request: TransferCounterpartyRequest, metadata?: Metadata): Promise<Counterparty> {
    const { counterpartyId, ownerId, departmentId, branchId, etag } = request;
    const to = { ownerId, departmentId, branchId };
    return this.counterparties.transfer(callContext(metadata), counterpartyId, to, versionOf(etag));
  }
}
