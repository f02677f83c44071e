import type { JWTPayload } from 'jose';
import { AppError } from '../errors.js';
import type { Principal } from './context.js';

const EMPLOYEE_TEXTS = ['employee_id', 'home_branch_id', 'home_department_id'];
const EMPLOYEE_LISTS = ['branch_ids', 'department_paths'];

/**
 * Reads who a token names. An employee's row scopes are worth only as much as
 * his five claims, so a missing one refuses the token: it must never come out
 * as "no branch" or "every branch". A service has none of them.
 */
export function principalOf(claims: JWTPayload, azp: string): Principal {
  const subject = claims.sub;
  const username = claims.preferred_username;
  if (!isText(subject)) throw incomplete(['sub']);
  if (!isText(username)) throw incomplete(['preferred_username']);
  const identity = { subject, username, azp };
  if (claims.principal === 'service') return service(claims, identity);
  if (claims.principal !== 'employee') throw incomplete(['principal']);

  const missing = [
    ...EMPLOYEE_TEXTS.filter((claim) => !isText(claims[claim])),
    ...EMPLOYEE_LISTS.filter((claim) => !isTextList(claims[claim])),
  ];
  if (missing.length > 0) throw incomplete(missing);
  return {
    ...identity,
    kind: 'employee',
    employeeId: claims.employee_id as string,
    branchIds: claims.branch_ids as string[],
    departmentPaths: claims.department_paths as string[],
    homeBranchId: claims.home_branch_id as string,
    homeDepartmentId: claims.home_department_id as string,
  };
}

function service(claims: JWTPayload, identity: Pick<Principal, 'subject' | 'username' | 'azp'>): Principal {
  const contradicting = [...EMPLOYEE_TEXTS, ...EMPLOYEE_LISTS].filter((claim) => claims[claim] !== undefined);
  if (contradicting.length > 0) throw incomplete(contradicting);
  return { ...identity, kind: 'service', branchIds: [], departmentPaths: [] };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.every(isText);
}

function incomplete(claims: string[]): AppError {
  return new AppError(
    'UNAUTHENTICATED',
    'IDENTITY_INCOMPLETE',
    `The token does not say who calls: ${claims.join(', ')}.`,
    {
      claims: claims.join(','),
    },
  );
}
