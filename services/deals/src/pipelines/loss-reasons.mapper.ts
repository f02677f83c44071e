import type { LossReason } from '@rapport/contracts/rapport/deals/v1/pipeline';
import { resourceHead } from '@rapport/service-kit/data';
import type { LossReason as LossReasonRow } from '../generated/prisma/client.js';

export function toProto(row: LossReasonRow): LossReason {
  return { ...resourceHead(row), displayName: row.displayName };
}

/** The columns that a create sets and an update may change. */
export function toColumns(lossReason: LossReason) {
  return { displayName: lossReason.displayName };
}
