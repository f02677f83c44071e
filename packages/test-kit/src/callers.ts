import {
  type Authenticated,
  type CallContext,
  Grants,
  Masks,
  type Principal,
  type RequiredRight,
} from '@rapport/service-kit/access';
import { AppError } from '@rapport/service-kit/errors';
import { v7 as uuidv7 } from 'uuid';

/** What a test says of somebody who calls. */
export interface CallerOptions {
  /** Scopes by resource, as the access matrix gives them: `{ 'deals.deal': ['read@own', 'win@own'] }`. */
  readonly may: Readonly<Record<string, readonly string[]>>;
  readonly employeeId?: string;
  /** His home comes first. */
  readonly branchIds?: readonly string[];
  /** Path from the root, joined by `/`; several when he is in several. */
  readonly departmentPaths?: readonly string[];
  /** A program: no employee, no home. */
  readonly program?: boolean;
}

/** Somebody who calls: an identity with rights, as a verified token would tell it. */
export interface Caller extends Authenticated {
  readonly principal: Principal;
}

const known = new Map<string, Caller>();

/** Makes a caller; his `token` is a name by which `testAuthenticator` knows him. */
export function caller({
  may,
  employeeId = uuidv7(),
  branchIds = [],
  departmentPaths = [],
  program = false,
}: CallerOptions): Caller {
  const subject = uuidv7();
  const grants = new Grants(Object.entries(may).map(([rsname, scopes]) => ({ rsname, scopes })));
  const identity = { subject, username: `user-${subject}`, azp: 'tests' };
  const principal: Principal = program
    ? { ...identity, kind: 'service', branchIds: [], departmentPaths: [] }
    : {
        ...identity,
        kind: 'employee',
        employeeId,
        branchIds,
        departmentPaths,
        homeBranchId: branchIds[0],
        homeDepartmentId: departmentPaths[0]?.split('/').at(-1),
      };
  const made: Caller = { principal, grants, masks: Masks.of(grants), token: `token-of-${subject}` };
  known.set(made.token, made);
  return made;
}

/** Knows the callers of this process by their tokens: instead of Keycloak, in tests of what is not access. */
export const testAuthenticator = {
  async authenticate(token: string): Promise<Authenticated> {
    const found = known.get(token);
    if (!found) throw new AppError('UNAUTHENTICATED', 'TOKEN_INVALID', 'No caller of this test has this token.');
    return found;
  },
};

/** The context of a call, for tests below the transport. */
export function contextOf(who: Caller, rule: RequiredRight, clock: () => Date = () => new Date()): CallContext {
  return { ...who, rule, traceparent: '', clock };
}
