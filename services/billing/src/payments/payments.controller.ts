import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import type { Payment } from '@rapport/contracts/rapport/billing/v1/payment';
import {
  type CreatePaymentRequest,
  type DeletePaymentRequest,
  type GetPaymentRequest,
  type ListPaymentsRequest,
  type ListPaymentsResponse,
  type PaymentsServiceController,
  PaymentsServiceControllerMethods,
  type UndeletePaymentRequest,
  type UpdatePaymentRequest,
} from '@rapport/contracts/rapport/billing/v1/payments_service';
import { changedFields, readMasked, versionOf } from '@rapport/service-kit/data';
import { callContext } from '@rapport/service-kit/grpc';
import { PAYMENT } from './payment.js';
import { PaymentsService } from './payments.service.js';

@Controller()
@PaymentsServiceControllerMethods()
export class PaymentsController implements PaymentsServiceController {
  constructor(private readonly payments: PaymentsService) {}

  async createPayment(request: CreatePaymentRequest, metadata?: Metadata): Promise<Payment> {
    return this.payments.create(callContext(metadata), request);
  }

  async getPayment(request: GetPaymentRequest, metadata?: Metadata): Promise<Payment> {
    const payment = await this.payments.get(callContext(metadata), request.paymentId);
    return readMasked(payment, request.readMask, PAYMENT);
  }

  async listPayments(request: ListPaymentsRequest, metadata?: Metadata): Promise<ListPaymentsResponse> {
    const { payments, ...page } = await this.payments.list(callContext(metadata), request);
    return { ...page, payments: payments.map((one) => readMasked(one, request.readMask, PAYMENT)) };
  }

  async updatePayment(request: UpdatePaymentRequest, metadata?: Metadata): Promise<Payment> {
    const wanted = request.payment!;
    const fields = changedFields(PAYMENT, wanted, request.updateMask);
    return this.payments.update(callContext(metadata), wanted, fields, versionOf(request.etag));
  }

  async deletePayment(request: DeletePaymentRequest, metadata?: Metadata): Promise<Payment> {
    return this.payments.delete(callContext(metadata), request.paymentId, versionOf(request.etag));
  }

  async undeletePayment(request: UndeletePaymentRequest, metadata?: Metadata): Promise<Payment> {
    return this.payments.undelete(callContext(metadata), request.paymentId, versionOf(request.etag));
  }
}
