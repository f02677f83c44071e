import type { Complaint, Complaint_State, Complaint_Subject } from '@rapport/contracts/rapport/quality/v1/complaint';
import {
  fromAttributes,
  referenceColumn,
  resourceHead,
  toJsonColumn,
  toLocalDate,
  toReference,
} from '@rapport/service-kit/data';
import type { Complaint as ComplaintRow } from '../generated/prisma/client.js';

export function toProto(row: ComplaintRow): Complaint {
  return {
    ...resourceHead(row),
    ownerId: row.ownerId,
    departmentId: row.departmentId,
    branchId: row.branchId,
    number: row.number,
    subject: row.subject as Complaint_Subject,
    counterpartyId: row.counterpartyId,
    personId: toReference(row.personId),
    productId: toReference(row.productId),
    accusedEmployeeId: toReference(row.accusedEmployeeId),
    summary: row.summary,
    description: row.description,
    receiveTime: row.receiveTime,
    receiverId: toReference(row.receiverId),
    state: row.state as Complaint_State,
    executorId: toReference(row.executorId),
    decision: row.decision,
    closeTime: row.closeTime ?? undefined,
    businessDate: toLocalDate(row.businessDate),
    attributes: fromAttributes(row.attributes),
  };
}

/** The columns that a create sets and an update may change; receive_time brings the business date with it. */
export function toColumns(complaint: Complaint) {
  return {
    subject: complaint.subject,
    counterpartyId: complaint.counterpartyId,
    personId: referenceColumn(complaint.personId),
    productId: referenceColumn(complaint.productId),
    accusedEmployeeId: referenceColumn(complaint.accusedEmployeeId),
    summary: complaint.summary,
    description: complaint.description,
    attributes: toJsonColumn(complaint.attributes ?? {}),
  };
}
