import {
  type AuthorizationSettings,
  DEFAULT_PREFIX,
  FROM_CONTRACTS,
  type PolicyRepresentation,
} from './authorization.ts';

/** How what Keycloak holds differs from what contracts and matrix say. */
export interface Drift {
  /** To be imported: made or overwritten by name. */
  readonly changed: AuthorizationSettings;
  /** `default:*` policies and resources of the contracts that nothing declares any more. */
  readonly stalePolicies: readonly string[];
  readonly staleResources: readonly string[];
  /** Settings of the resource server itself that differ. */
  readonly settings: readonly string[];
  /** Policies that administrators made: never touched, told for information. */
  readonly foreign: readonly string[];
  /** Negative policies: under AFFIRMATIVE they grant to everybody they do not name. */
  readonly negative: readonly string[];
  /** One line for each difference. */
  readonly lines: readonly string[];
}

/** Compares by name; ids, order and Keycloak's own defaults do not count. */
export function driftOf(desired: AuthorizationSettings, actual: AuthorizationSettings): Drift {
  const isOurs = ({ name }: PolicyRepresentation): boolean => name.startsWith(DEFAULT_PREFIX);
  const policies = compare(desired.policies, actual.policies.filter(isOurs), policyText);
  const resources = compare(
    desired.resources,
    actual.resources.filter(
      ({ name, type }) => type === FROM_CONTRACTS || desired.resources.some((it) => it.name === name),
    ),
    ({ type, scopes = [] }) => JSON.stringify([type ?? '', scopes.map(({ name }) => name).sort()]),
  );
  const scopes = compare(desired.scopes, actual.scopes, () => '');
  const settings = (['policyEnforcementMode', 'decisionStrategy', 'allowRemoteResourceManagement'] as const).filter(
    (name) => desired[name] !== actual[name],
  );
  return {
    changed: { ...desired, policies: policies.changed, resources: resources.changed, scopes: scopes.missing },
    stalePolicies: policies.stale,
    staleResources: resources.stale,
    settings,
    foreign: actual.policies.filter((policy) => !isOurs(policy)).map(({ name }) => name),
    negative: actual.policies.filter(({ logic }) => logic === 'NEGATIVE').map(({ name }) => name),
    lines: [
      ...settings.map((name) => `setting ${name}: ${String(actual[name])} instead of ${String(desired[name])}`),
      ...scopes.missing.map(({ name }) => `scope ${name}: missing`),
      ...resources.lines.map((line) => `resource ${line}`),
      ...policies.lines.map((line) => `policy ${line}`),
    ],
  };
}

/** Refuses to go on beside a policy that grants to everybody whom it does not name. */
export function refuseNegative(actual: AuthorizationSettings): void {
  const negative = actual.policies.filter(({ logic }) => logic === 'NEGATIVE').map(({ name }) => name);
  if (negative.length === 0) return;
  throw new Error(
    `Keycloak holds negative policies of the client gateway: ${negative.join(', ')}. ` +
      'They grant to everybody else. Delete them; to take a right away, grant its twin scope deny:<scope> to the person.',
  );
}

interface Comparison<T> {
  changed: T[];
  missing: T[];
  stale: string[];
  lines: string[];
}

function compare<T extends { name: string }>(
  desired: readonly T[],
  actual: readonly T[],
  text: (item: T) => string,
): Comparison<T> {
  const held = new Map(actual.map((item) => [item.name, item]));
  const wanted = new Set(desired.map(({ name }) => name));
  const missing = desired.filter(({ name }) => !held.has(name));
  const different = desired.filter((item) => {
    const other = held.get(item.name);
    return other !== undefined && text(other) !== text(item);
  });
  const stale = [...held.keys()].filter((name) => !wanted.has(name));
  return {
    changed: [...missing, ...different],
    missing,
    stale,
    lines: [
      ...missing.map(({ name }) => `${name}: missing`),
      ...different.map((item) => `${item.name}: ${text(held.get(item.name) ?? item)} instead of ${text(item)}`),
      ...stale.map((name) => `${name}: not declared any more`),
    ],
  };
}

function policyText({ type, logic, decisionStrategy, config }: PolicyRepresentation): string {
  const entries = Object.entries(config).map(([name, value]) => [name, canonical(value)] as const);
  return JSON.stringify([
    type,
    logic,
    decisionStrategy,
    Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))),
  ]);
}

/** Lists inside a configuration are JSON texts whose order means nothing. */
function canonical(value: string): unknown {
  if (!value.startsWith('[')) return value;
  return (JSON.parse(value) as unknown[])
    .map((item) => (typeof item === 'string' ? item : JSON.stringify(item)))
    .sort();
}
