import type { Department } from '@rapport/contracts/rapport/contacts/v1/organization';
import { referenceColumn, resourceHead, toReference } from '@rapport/service-kit/data';
import type { Department as DepartmentRow } from '../generated/prisma/client.js';

export function toProto(row: DepartmentRow): Department {
  return {
    ...resourceHead(row),
    displayName: row.displayName,
    branchId: toReference(row.branchId),
    parentId: toReference(row.parentId),
    headEmployeeId: toReference(row.headEmployeeId),
    path: row.path,
  };
}

/** The columns that a create sets and an update may change; `path` follows from the parent. */
export function toColumns(department: Department) {
  return {
    displayName: department.displayName,
    branchId: referenceColumn(department.branchId),
    parentId: referenceColumn(department.parentId),
    headEmployeeId: referenceColumn(department.headEmployeeId),
  };
}
