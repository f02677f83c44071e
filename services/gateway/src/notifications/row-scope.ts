import type { Grants, Principal } from '@rapport/service-kit/access';
import type { ResourceContract } from '@rapport/service-kit/contracts';
import type { DepartmentTree } from './department-tree.js';

/** What of a row decides who may read it; empty where the row has none. */
export interface RowFacts {
  readonly ownerId: string;
  readonly departmentId: string;
  readonly branchId: string;
}

/**
 * Whether a row is in the caller's read scope, by what the row itself says.
 * Participants and substitutions, which only the owning service knows, do not
 * widen it here: who has a row by these reads it, but is not told of it.
 */
export function maySee(
  resource: ResourceContract,
  row: RowFacts,
  caller: { principal: Principal; grants: Grants },
  tree: DepartmentTree,
): boolean {
  const { principal, grants } = caller;
  switch (grants.widest(resource.name, 'read')) {
    case 'all':
      return true;
    case 'branch':
      return resource.rows === 'OWNED' && principal.branchIds.includes(row.branchId);
    case 'department':
      return resource.rows === 'OWNED' && tree.isWithin(row.departmentId, ownDepartments(principal));
    case 'own':
      return resource.rows === 'OWNED' && row.ownerId !== '' && row.ownerId === principal.employeeId;
    default:
      return false;
  }
}

function ownDepartments({ departmentPaths }: Principal): Set<string> {
  return new Set(departmentPaths.map((path) => path.split('/').at(-1) ?? '').filter((id) => id !== ''));
}
