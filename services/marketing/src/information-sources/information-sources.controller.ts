import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import type { InformationSource } from '@rapport/contracts/rapport/marketing/v1/information_source';
import {
  type BatchCreateInformationSourcesRequest,
  type BatchCreateInformationSourcesResponse,
  type CreateInformationSourceRequest,
  type DeleteInformationSourceRequest,
  type GetInformationSourceRequest,
  type InformationSourcesServiceController,
  InformationSourcesServiceControllerMethods,
  type ListInformationSourcesRequest,
  type ListInformationSourcesResponse,
  type UndeleteInformationSourceRequest,
  type UpdateInformationSourceRequest,
} from '@rapport/contracts/rapport/marketing/v1/information_sources_service';
import { changedFields, readMasked, versionOf } from '@rapport/service-kit/data';
import { callContext } from '@rapport/service-kit/grpc';
import { INFORMATION_SOURCE, InformationSourcesService } from './information-sources.service.js';

@Controller()
@InformationSourcesServiceControllerMethods()
export class InformationSourcesController implements InformationSourcesServiceController {
  constructor(private readonly sources: InformationSourcesService) {}

  async createInformationSource(
    request: CreateInformationSourceRequest,
    metadata?: Metadata,
  ): Promise<InformationSource> {
    return this.sources.create(callContext(metadata), request);
  }

  async batchCreateInformationSources(
    request: BatchCreateInformationSourcesRequest,
    metadata?: Metadata,
  ): Promise<BatchCreateInformationSourcesResponse> {
    return this.sources.createBatch(callContext(metadata), request);
  }

  async getInformationSource(request: GetInformationSourceRequest, metadata?: Metadata): Promise<InformationSource> {
    const source = await this.sources.get(callContext(metadata), request.informationSourceId);
    return readMasked(source, request.readMask, INFORMATION_SOURCE);
  }

  async listInformationSources(
    request: ListInformationSourcesRequest,
    metadata?: Metadata,
  ): Promise<ListInformationSourcesResponse> {
    const { informationSources, ...page } = await this.sources.list(callContext(metadata), request);
    const shown = informationSources.map((one) => readMasked(one, request.readMask, INFORMATION_SOURCE));
    return { ...page, informationSources: shown };
  }

  async updateInformationSource(
    request: UpdateInformationSourceRequest,
    metadata?: Metadata,
  ): Promise<InformationSource> {
    const wanted = request.informationSource!;
    const fields = changedFields(INFORMATION_SOURCE, wanted, request.updateMask);
    return this.sources.update(callContext(metadata), wanted, fields, versionOf(request.etag));
  }

  async deleteInformationSource(
    request: DeleteInformationSourceRequest,
    metadata?: Metadata,
  ): Promise<InformationSource> {
    return this.sources.delete(callContext(metadata), request.informationSourceId, versionOf(request.etag));
  }

  async undeleteInformationSource(
    request: UndeleteInformationSourceRequest,
    metadata?: Metadata,
  ): Promise<InformationSource> {
    return this.sources.undelete(callContext(metadata), request.informationSourceId, versionOf(request.etag));
  }
}
