import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import type { Complaint } from '@rapport/contracts/rapport/quality/v1/complaint';
import {
  type CloseComplaintRequest,
  type ComplaintsServiceController,
  ComplaintsServiceControllerMethods,
  type CreateComplaintRequest,
  type DeleteComplaintRequest,
  type GetComplaintRequest,
  type ListComplaintsRequest,
  type ListComplaintsResponse,
  type TakeComplaintRequest,
  type TransferComplaintRequest,
  type UndeleteComplaintRequest,
  type UpdateComplaintRequest,
} from '@rapport/contracts/rapport/quality/v1/complaints_service';
import { changedFields, readMasked, versionOf } from '@rapport/service-kit/data';
import { callContext } from '@rapport/service-kit/grpc';
import { COMPLAINT, ComplaintsService } from './complaints.service.js';

@Controller()
@ComplaintsServiceControllerMethods()
export class ComplaintsController implements ComplaintsServiceController {
  constructor(private readonly complaints: ComplaintsService) {}

  async createComplaint(request: CreateComplaintRequest, metadata?: Metadata): Promise<Complaint> {
    return this.complaints.create(callContext(metadata), request);
  }

  async getComplaint(request: GetComplaintRequest, metadata?: Metadata): Promise<Complaint> {
    const complaint = await this.complaints.get(callContext(metadata), request.complaintId);
    return readMasked(complaint, request.readMask, COMPLAINT);
  }

  async listComplaints(request: ListComplaintsRequest, metadata?: Metadata): Promise<ListComplaintsResponse> {
    const { complaints, ...page } = await this.complaints.list(callContext(metadata), request);
    return { ...page, complaints: complaints.map((one) => readMasked(one, request.readMask, COMPLAINT)) };
  }

  async updateComplaint(request: UpdateComplaintRequest, metadata?: Metadata): Promise<Complaint> {
    const wanted = request.complaint!;
    const fields = changedFields(COMPLAINT, wanted, request.updateMask);
    return this.complaints.update(callContext(metadata), wanted, fields, versionOf(request.etag));
  }

  async deleteComplaint(request: DeleteComplaintRequest, metadata?: Metadata): Promise<Complaint> {
    return this.complaints.delete(callContext(metadata), request.complaintId, versionOf(request.etag));
  }

  async undeleteComplaint(request: UndeleteComplaintRequest, metadata?: Metadata): Promise<Complaint> {
    return this.complaints.undelete(callContext(metadata), request.complaintId, versionOf(request.etag));
  }

  async transferComplaint(request: TransferComplaintRequest, metadata?: Metadata): Promise<Complaint> {
    const { complaintId, ownerId, departmentId, branchId, etag } = request;
    const to = { ownerId, departmentId, branchId };
    return this.complaints.transfer(callContext(metadata), complaintId, to, versionOf(etag));
  }

  async takeComplaint(request: TakeComplaintRequest, metadata?: Metadata): Promise<Complaint> {
    return this.complaints.take(callContext(metadata), request.complaintId, versionOf(request.etag));
  }

  async closeComplaint(request: CloseComplaintRequest, metadata?: Metadata): Promise<Complaint> {
    const { complaintId, decision, etag } = request;
    return this.complaints.close(callContext(metadata), complaintId, decision, versionOf(etag));
  }
}
