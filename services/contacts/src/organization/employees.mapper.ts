import type { Employee } from '@rapport/contracts/rapport/contacts/v1/organization';
import { resourceHead, toLocalDate } from '@rapport/service-kit/data';
import type { Employee as EmployeeRow } from '../generated/prisma/client.js';

export function toProto(row: EmployeeRow): Employee {
  return {
    ...resourceHead(row),
    givenName: row.givenName,
    familyName: row.familyName,
    middleName: row.middleName,
    displayName: row.displayName,
    position: row.position,
    email: row.email ?? '',
    username: row.username ?? '',
    branchId: row.branchId,
    departmentId: row.departmentId,
    dismissDate: toLocalDate(row.dismissDate),
  };
}

/** The columns that a create sets and an update may change; the display name follows from the names. */
export function toColumns(employee: Employee) {
  return {
    givenName: employee.givenName,
    familyName: employee.familyName,
    middleName: employee.middleName,
    position: employee.position,
    email: employee.email || null,
    username: employee.username || null,
    branchId: employee.branchId,
    departmentId: employee.departmentId,
  };
}
