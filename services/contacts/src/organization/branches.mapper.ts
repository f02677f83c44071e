import type { Branch } from '@rapport/contracts/rapport/contacts/v1/organization';
import { resourceHead } from '@rapport/service-kit/data';
import type { Branch as BranchRow } from '../generated/prisma/client.js';

export function toProto(row: BranchRow): Branch {
  return {
    ...resourceHead(row),
    displayName: row.displayName,
    timeZone: row.timeZone,
    countryCode: row.countryCode,
    currencyCode: row.currencyCode,
  };
}

/** The columns that a create sets and an update may change. */
export function toColumns(branch: Branch) {
  return {
    displayName: branch.displayName,
    timeZone: branch.timeZone,
    countryCode: branch.countryCode,
    currencyCode: branch.currencyCode,
  };
}
