/** What a login's identity is made of. */
export interface LoginFacts {
  readonly employeeId: string;
  /** Empty when the employee has no login. */
  readonly username: string;
  readonly email: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly branchId: string;
  /** Ids from the root to the home department. */
  readonly departmentPath: readonly string[];
  /** Last working day, ISO; absent while employed. */
  readonly dismissDate?: string;
}

/** What the login should be in Keycloak; passwords and roles are an administrator's there, and not ours. */
export interface DesiredLogin {
  readonly username: string;
  readonly enabled: boolean;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string | undefined;
  readonly attributes: Readonly<Record<string, readonly string[]>>;
  /** Names of groups: a branch and each department down to the home one, by id. */
  readonly groups: readonly string[];
}

/** Names of the groups that are ours to give and to take. */
export const OUR_GROUP = /^(?:branch|department)-[0-9a-f-]{36}$/;

/** The login of an employee; undefined when he has none. The last working day is still one. */
export function desiredLogin(facts: LoginFacts, today: string): DesiredLogin | undefined {
  if (facts.username === '') return undefined;
  const { departmentPath, branchId } = facts;
  return {
    username: facts.username,
    enabled: facts.dismissDate === undefined || today <= facts.dismissDate,
    firstName: facts.givenName,
    lastName: facts.familyName,
    email: facts.email || undefined,
    attributes: {
      principal: ['employee'],
      employee_id: [facts.employeeId],
      branch_ids: [branchId],
      department_paths: [departmentPath.join('/')],
      home_branch_id: [branchId],
      home_department_id: [departmentPath.at(-1) ?? ''],
    },
    groups: [`branch-${branchId}`, ...departmentPath.map((id) => `department-${id}`)],
  };
}

/**
 * Whether a user of the wanted name that belongs to no employee of ours may
 * become this one's login. A program's may not (the bootstrap administrator,
 * the importer): naming an employee after it would take it over.
 */
export function mayBecomeLogin(namesake: {
  readonly attributes?: Readonly<Record<string, readonly string[]>>;
}): boolean {
  return namesake.attributes?.['principal']?.[0] !== 'service';
}
