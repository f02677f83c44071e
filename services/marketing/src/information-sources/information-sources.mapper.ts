import type {
  InformationSource,
  InformationSource_Kind,
} from '@rapport/contracts/rapport/marketing/v1/information_source';
import {
  dateColumn,
  fromAttributes,
  moneyColumns,
  resourceHead,
  toJsonColumn,
  toLocalDate,
  toMoney,
} from '@rapport/service-kit/data';
import type { InformationSource as InformationSourceRow } from '../generated/prisma/client.js';

export function toProto(row: InformationSourceRow): InformationSource {
  return {
    ...resourceHead(row),
    displayName: row.displayName,
    kind: row.kind as InformationSource_Kind,
    description: row.description,
    startDate: toLocalDate(row.startDate),
    endDate: toLocalDate(row.endDate),
    monthlyCost: toMoney(row.monthlyCost, row.monthlyCostCurrency),
    attributes: fromAttributes(row.attributes),
  };
}

/** The columns that a create sets and an update may change. */
export function toColumns(source: InformationSource) {
  return {
    displayName: source.displayName,
    kind: source.kind,
    description: source.description,
    startDate: dateColumn(source.startDate),
    endDate: dateColumn(source.endDate),
    ...moneyColumns('monthlyCost', source.monthlyCost),
    attributes: toJsonColumn(source.attributes ?? {}),
  };
}
