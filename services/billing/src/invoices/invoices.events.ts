import type { Invoice } from '@rapport/contracts/rapport/billing/v1/invoice';
import {
  InvoiceCancelled,
  InvoiceCreated,
  InvoiceDeleted,
  InvoiceImported,
  InvoiceIssued,
  InvoicePaid,
  InvoiceTransferred,
  InvoiceUndeleted,
  InvoiceUpdated,
} from '@rapport/contracts/rapport/billing/v1/invoice_events';
import { event, type OutboxEvent } from '@rapport/service-kit/data';

export const invoiceCreated = (invoice: Invoice): OutboxEvent => event(InvoiceCreated, { invoice }, invoice);

export const invoiceImported = (invoice: Invoice): OutboxEvent => event(InvoiceImported, { invoice }, invoice);

export const invoiceUpdated = (invoice: Invoice): OutboxEvent => event(InvoiceUpdated, { invoice }, invoice);

export const invoiceDeleted = (invoice: Invoice): OutboxEvent => event(InvoiceDeleted, { invoice }, invoice);

export const invoiceUndeleted = (invoice: Invoice): OutboxEvent => event(InvoiceUndeleted, { invoice }, invoice);

export const invoiceTransferred = (invoice: Invoice): OutboxEvent => event(InvoiceTransferred, { invoice }, invoice);

export const invoiceIssued = (invoice: Invoice): OutboxEvent => event(InvoiceIssued, { invoice }, invoice);

export const invoiceCancelled = (invoice: Invoice): OutboxEvent => event(InvoiceCancelled, { invoice }, invoice);

export const invoicePaid = (invoice: Invoice): OutboxEvent => event(InvoicePaid, { invoice }, invoice);
