import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import type { Invoice } from '@rapport/contracts/rapport/billing/v1/invoice';
import {
  type CancelInvoiceRequest,
  type CreateInvoiceRequest,
  type DeleteInvoiceRequest,
  type GetInvoiceRequest,
  type InvoicesServiceController,
  InvoicesServiceControllerMethods,
  type IssueInvoiceRequest,
  type ListInvoicesRequest,
  type ListInvoicesResponse,
  type TransferInvoiceRequest,
  type UndeleteInvoiceRequest,
  type UpdateInvoiceRequest,
} from '@rapport/contracts/rapport/billing/v1/invoices_service';
import { changedFields, readMasked, versionOf } from '@rapport/service-kit/data';
import { callContext } from '@rapport/service-kit/grpc';
import { INVOICE } from './invoice.js';
import { InvoicesService } from './invoices.service.js';

@Controller()
@InvoicesServiceControllerMethods()
export class InvoicesController implements InvoicesServiceController {
  constructor(private readonly invoices: InvoicesService) {}

  async createInvoice(request: CreateInvoiceRequest, metadata?: Metadata): Promise<Invoice> {
    return this.invoices.create(callContext(metadata), request);
  }

  async getInvoice(request: GetInvoiceRequest, metadata?: Metadata): Promise<Invoice> {
    const invoice = await this.invoices.get(callContext(metadata), request.invoiceId);
    return readMasked(invoice, request.readMask, INVOICE);
  }

  async listInvoices(request: ListInvoicesRequest, metadata?: Metadata): Promise<ListInvoicesResponse> {
    const { invoices, ...page } = await this.invoices.list(callContext(metadata), request);
    return { ...page, invoices: invoices.map((one) => readMasked(one, request.readMask, INVOICE)) };
  }

  async updateInvoice(request: UpdateInvoiceRequest, metadata?: Metadata): Promise<Invoice> {
    const wanted = request.invoice!;
    const fields = changedFields(INVOICE, wanted, request.updateMask);
    return this.invoices.update(callContext(metadata), wanted, fields, versionOf(request.etag));
  }

  async deleteInvoice(request: DeleteInvoiceRequest, metadata?: Metadata): Promise<Invoice> {
    return this.invoices.delete(callContext(metadata), request.invoiceId, versionOf(request.etag));
  }

  async undeleteInvoice(request: UndeleteInvoiceRequest, metadata?: Metadata): Promise<Invoice> {
    return this.invoices.undelete(callContext(metadata), request.invoiceId, versionOf(request.etag));
  }

  async transferInvoice(request: TransferInvoiceRequest, metadata?: Metadata): Promise<Invoice> {
    const { invoiceId, ownerId, departmentId, branchId, etag } = request;
    const to = { ownerId, departmentId, branchId };
    return this.invoices.transfer(callContext(metadata), invoiceId, to, versionOf(etag));
  }

  async issueInvoice(request: IssueInvoiceRequest, metadata?: Metadata): Promise<Invoice> {
    return this.invoices.issue(callContext(metadata), request.invoiceId, request.dueDate, versionOf(request.etag));
  }

  async cancelInvoice(request: CancelInvoiceRequest, metadata?: Metadata): Promise<Invoice> {
    return this.invoices.cancel(callContext(metadata), request.invoiceId, request.reason, versionOf(request.etag));
  }
}
