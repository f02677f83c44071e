import type { Counterparty } from '@rapport/contracts/rapport/contacts/v1/counterparty';
import {
  Address,
  BankAccount,
  type Counterparty_Kind,
  Email,
  Phone,
} from '@rapport/contracts/rapport/contacts/v1/counterparty';
import {
  fromAttributes,
  fromJsonColumn,
  moneyColumns,
  referenceColumn,
  resourceHead,
  toJsonColumn,
  toMoney,
  toReference,
} from '@rapport/service-kit/data';
import type { Counterparty as CounterpartyRow } from '../generated/prisma/client.js';

export function toProto(row: CounterpartyRow): Counterparty {
  return {
    ...resourceHead(row),
    ownerId: row.ownerId,
    departmentId: row.departmentId,
    branchId: row.branchId,
    displayName: row.displayName,
    legalName: row.legalName,
    kinds: row.kinds as Counterparty_Kind[],
    taxNumber: row.taxNumber,
    industry: row.industry,
    territory: row.territory,
    phones: fromJsonColumn(Phone, row.phones),
    emails: fromJsonColumn(Email, row.emails),
    sites: row.sites,
    addresses: fromJsonColumn(Address, row.addresses),
    bankAccounts: fromJsonColumn(BankAccount, row.bankAccounts),
    otherRequisites: row.otherRequisites,
    note: row.note,
    attributes: fromAttributes(row.attributes),
    parentId: toReference(row.parentId),
    foundingYear: row.foundingYear ?? undefined,
    employeeCount: row.employeeCount ?? undefined,
    annualRevenue: toMoney(row.annualRevenue, row.annualRevenueCurrency),
  };
}

/** The columns that a create sets and an update may change. */
export function toColumns(counterparty: Counterparty) {
  return {
    displayName: counterparty.displayName,
    legalName: counterparty.legalName,
    kinds: counterparty.kinds,
    taxNumber: counterparty.taxNumber,
    industry: counterparty.industry,
    territory: counterparty.territory,
    phones: toJsonColumn(counterparty.phones),
    emails: toJsonColumn(counterparty.emails),
    sites: counterparty.sites,
    addresses: toJsonColumn(counterparty.addresses),
    bankAccounts: toJsonColumn(counterparty.bankAccounts),
    otherRequisites: counterparty.otherRequisites,
    note: counterparty.note,
    attributes: toJsonColumn(counterparty.attributes ?? {}),
    parentId: referenceColumn(counterparty.parentId),
    foundingYear: counterparty.foundingYear ?? null,
    employeeCount: counterparty.employeeCount ?? null,
    ...moneyColumns('annualRevenue', counterparty.annualRevenue),
  };
}
