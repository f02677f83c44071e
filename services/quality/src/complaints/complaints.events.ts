import type { Complaint } from '@rapport/contracts/rapport/quality/v1/complaint';
import {
  ComplaintClosed,
  ComplaintCreated,
  ComplaintDeleted,
  ComplaintImported,
  ComplaintTaken,
  ComplaintTransferred,
  ComplaintUndeleted,
  ComplaintUpdated,
} from '@rapport/contracts/rapport/quality/v1/complaint_events';
import { event, type OutboxEvent } from '@rapport/service-kit/data';

export const complaintCreated = (complaint: Complaint): OutboxEvent =>
  event(ComplaintCreated, { complaint }, complaint);

export const complaintImported = (complaint: Complaint): OutboxEvent =>
  event(ComplaintImported, { complaint }, complaint);

export const complaintUpdated = (complaint: Complaint): OutboxEvent =>
  event(ComplaintUpdated, { complaint }, complaint);

export const complaintDeleted = (complaint: Complaint): OutboxEvent =>
  event(ComplaintDeleted, { complaint }, complaint);

export const complaintUndeleted = (complaint: Complaint): OutboxEvent =>
  event(ComplaintUndeleted, { complaint }, complaint);

export const complaintTransferred = (complaint: Complaint): OutboxEvent =>
  event(ComplaintTransferred, { complaint }, complaint);

export const complaintTaken = (complaint: Complaint): OutboxEvent => event(ComplaintTaken, { complaint }, complaint);

export const complaintClosed = (complaint: Complaint): OutboxEvent => event(ComplaintClosed, { complaint }, complaint);
