import type { Masks, Principal } from '@rapport/service-kit/access';
import type { Grants } from '@rapport/service-kit/access';

/** Who stands behind one HTTP request. */
export interface Caller {
  readonly principal: Principal;
  readonly grants: Grants;
  readonly masks: Masks;
  /** The exchanged token, the only one that is ever sent on. */
  readonly token: string;
  /** Of a browser's session; undefined for a bearer token. */
  readonly sessionId: string | undefined;
}

/** Short name of a caller's rights, for ETags: another set of rights is another representation. */
export function accessHash(grants: Grants): string {
  return grants.hash.slice(0, 12);
}

/**
 * Everything that decides which rows a caller's figures are made of, beside his
 * rights: `own`, `department` and `branch` mean something else for each.
 */
export function rowPredicate({ kind, employeeId = '', branchIds, departmentPaths }: Principal): string {
  return JSON.stringify([kind, employeeId, [...branchIds].sort(), [...departmentPaths].sort()]);
}
