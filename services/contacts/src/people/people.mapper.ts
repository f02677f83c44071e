import { Address, Email, Phone } from '@rapport/contracts/rapport/contacts/v1/counterparty';
import type { Affiliation, Person } from '@rapport/contracts/rapport/contacts/v1/person';
import {
  dateColumn,
  fromAttributes,
  fromJsonColumn,
  resourceHead,
  toJsonColumn,
  toLocalDate,
} from '@rapport/service-kit/data';
import type { Affiliation as AffiliationRow, Person as PersonRow } from '../generated/prisma/client.js';

export function toProto(row: PersonRow & { affiliations: AffiliationRow[] }): Person {
  return {
    ...resourceHead(row),
    ownerId: row.ownerId,
    departmentId: row.departmentId,
    branchId: row.branchId,
    givenName: row.givenName,
    familyName: row.familyName,
    middleName: row.middleName,
    displayName: row.displayName,
    affiliations: row.affiliations.map(({ counterpartyId, position, influence, main }) => ({
      counterpartyId,
      position,
      influence,
      main,
    })),
    phones: fromJsonColumn(Phone, row.phones),
    emails: fromJsonColumn(Email, row.emails),
    addresses: fromJsonColumn(Address, row.addresses),
    birthDate: toLocalDate(row.birthDate),
    preferences: row.preferences,
    character: row.character,
    note: row.note,
    attributes: fromAttributes(row.attributes),
  };
}

/** The columns that a create sets and an update may change; the display name follows from the names. */
export function toColumns(person: Person) {
  return {
    givenName: person.givenName,
    familyName: person.familyName,
    middleName: person.middleName,
    phones: toJsonColumn(person.phones),
    emails: toJsonColumn(person.emails),
    addresses: toJsonColumn(person.addresses),
    birthDate: dateColumn(person.birthDate),
    preferences: person.preferences,
    character: person.character,
    note: person.note,
    attributes: toJsonColumn(person.attributes ?? {}),
  };
}

/** The rows of a person's places, in their order. */
export function toAffiliationRows(personId: string, affiliations: readonly Affiliation[]): AffiliationRow[] {
  return affiliations.map(({ counterpartyId, position, influence, main }, ordinal) => ({
    personId,
    ordinal,
    counterpartyId,
    position,
    influence,
    main,
  }));
}
