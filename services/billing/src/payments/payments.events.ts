import type { Payment } from '@rapport/contracts/rapport/billing/v1/payment';
import {
  PaymentCreated,
  PaymentDeleted,
  PaymentImported,
  PaymentUndeleted,
  PaymentUpdated,
} from '@rapport/contracts/rapport/billing/v1/payment_events';
import { event, type OutboxEvent } from '@rapport/service-kit/data';

export const paymentCreated = (payment: Payment): OutboxEvent => event(PaymentCreated, { payment }, payment);

export const paymentImported = (payment: Payment): OutboxEvent => event(PaymentImported, { payment }, payment);

export const paymentUpdated = (payment: Payment): OutboxEvent => event(PaymentUpdated, { payment }, payment);

export const paymentDeleted = (payment: Payment): OutboxEvent => event(PaymentDeleted, { payment }, payment);

export const paymentUndeleted = (payment: Payment): OutboxEvent => event(PaymentUndeleted, { payment }, payment);
