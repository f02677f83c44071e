import type { ClickHouseClient } from '@clickhouse/client';
import { Inject } from '@nestjs/common';
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
import {
  PaymentCreated,
  PaymentDeleted,
  PaymentImported,
  PaymentUndeleted,
  PaymentUpdated,
} from '@rapport/contracts/rapport/billing/v1/payment_events';
import { PoisonError, Projection, type BucketDigest, type EventOf, type TimeRange } from '@rapport/service-kit/events';
import { fitting } from '../engine/column-limits.js';
import { withEngine } from '../engine/engine-failure.js';
import { ENGINE } from '../engine/engine.js';
import { latestVersionDigest } from '../engine/latest-versions.queries.js';
import { invoiceRow, paymentRow } from './billing-row.js';

const INVOICES = [
  InvoiceCreated,
  InvoiceImported,
  InvoiceUpdated,
  InvoiceDeleted,
  InvoiceUndeleted,
  InvoiceTransferred,
  InvoiceIssued,
  InvoiceCancelled,
  InvoicePaid,
] as const;
const PAYMENTS = [PaymentCreated, PaymentImported, PaymentUpdated, PaymentDeleted, PaymentUndeleted] as const;

/** Keeps invoices. The table keeps the highest version of each, so older ones need not be told apart. */
@Projection({ durable: 'analytics--invoices', subscribes: INVOICES, batchSize: 1_000, lingerMs: 200 })
export class InvoicesConsumer {
  constructor(@Inject(ENGINE) private readonly engine: ClickHouseClient) {}

  async apply(events: readonly EventOf<typeof INVOICES>[]): Promise<void> {
    const values = events.map(({ message: { invoice }, ...facts }) => {
      if (invoice === undefined) throw new PoisonError(`Event ${facts.eventId} carries no invoice.`);
      return fitting(facts.eventId, () => invoiceRow(invoice, facts));
    });
    await withEngine(() => this.engine.insert({ table: 'invoice', values, format: 'JSONEachRow' }));
  }

  digest(range: TimeRange): Promise<BucketDigest[]> {
    return latestVersionDigest(this.engine, 'invoice', range);
  }
}

/** Keeps payments, as invoices. */
@Projection({ durable: 'analytics--payments', subscribes: PAYMENTS, batchSize: 1_000, lingerMs: 200 })
export class PaymentsConsumer {
  constructor(@Inject(ENGINE) private readonly engine: ClickHouseClient) {}

  async apply(events: readonly EventOf<typeof PAYMENTS>[]): Promise<void> {
    const values = events.map(({ message: { payment }, ...facts }) => {
      if (payment === undefined) throw new PoisonError(`Event ${facts.eventId} carries no payment.`);
      return fitting(facts.eventId, () => paymentRow(payment, facts));
    });
    await withEngine(() => this.engine.insert({ table: 'payment', values, format: 'JSONEachRow' }));
  }

  digest(range: TimeRange): Promise<BucketDigest[]> {
    return latestVersionDigest(this.engine, 'payment', range);
  }
}
