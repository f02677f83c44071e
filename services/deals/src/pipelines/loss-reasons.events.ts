import type { LossReason } from '@rapport/contracts/rapport/deals/v1/pipeline';
import {
  LossReasonCreated,
  LossReasonDeleted,
  LossReasonImported,
  LossReasonUndeleted,
  LossReasonUpdated,
} from '@rapport/contracts/rapport/deals/v1/pipeline_events';
import { event, type OutboxEvent } from '@rapport/service-kit/data';

export const lossReasonCreated = (lossReason: LossReason): OutboxEvent =>
  event(LossReasonCreated, { lossReason }, lossReason);

export const lossReasonImported = (lossReason: LossReason): OutboxEvent =>
  event(LossReasonImported, { lossReason }, lossReason);

export const lossReasonUpdated = (lossReason: LossReason): OutboxEvent =>
  event(LossReasonUpdated, { lossReason }, lossReason);

export const lossReasonDeleted = (lossReason: LossReason): OutboxEvent =>
  event(LossReasonDeleted, { lossReason }, lossReason);

export const lossReasonUndeleted = (lossReason: LossReason): OutboxEvent =>
  event(LossReasonUndeleted, { lossReason }, lossReason);
