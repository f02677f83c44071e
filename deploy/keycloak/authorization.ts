import type { Holder, Matrix } from './matrix.ts';
import { denyTwin, type DerivedResource } from './scopes.ts';

/** What this script makes carries this name; it alone is overwritten and deleted by it. */
export const DEFAULT_PREFIX = 'default:';
/** Marks the resources that come from the contracts. */
export const FROM_CONTRACTS = 'rapport.contracts';

/** A policy or a permission, as Keycloak imports and exports it. */
export interface PolicyRepresentation {
  readonly name: string;
  readonly type: string;
  readonly logic: 'POSITIVE' | 'NEGATIVE';
  readonly decisionStrategy: string;
  readonly description?: string;
  /** Lists inside are JSON texts. */
  readonly config: Readonly<Record<string, string>>;
}

export interface ResourceRepresentation {
  readonly name: string;
  readonly type?: string;
  readonly ownerManagedAccess?: boolean;
  readonly attributes?: Readonly<Record<string, readonly string[]>>;
  readonly scopes?: readonly { readonly name: string }[];
}

/** The authorization settings of the client `gateway`. */
export interface AuthorizationSettings {
  readonly allowRemoteResourceManagement: boolean;
  readonly policyEnforcementMode: string;
  readonly decisionStrategy: string;
  readonly resources: readonly ResourceRepresentation[];
  readonly policies: readonly PolicyRepresentation[];
  readonly scopes: readonly { readonly name: string }[];
}

/**
 * What Keycloak should hold: the resources and scopes of the contracts, one
 * policy a holder, one permission a holder and resource.
 */
export function desiredSettings(resources: readonly DerivedResource[], matrix: Matrix): AuthorizationSettings {
  const scopes = new Set(resources.flatMap((resource) => allScopes(resource)));
  const holders = matrix.holders.filter((holder) => Object.keys(holder.scopes).length > 0);
  return {
    allowRemoteResourceManagement: false,
    policyEnforcementMode: 'ENFORCING',
    // One permission is enough: what an administrator adds widens, and a twin `deny:` narrows.
    decisionStrategy: 'AFFIRMATIVE',
    scopes: [...scopes].sort().map((name) => ({ name })),
    resources: resources.map((resource) => ({
      name: resource.name,
      type: FROM_CONTRACTS,
      ownerManagedAccess: false,
      scopes: allScopes(resource).map((name) => ({ name })),
    })),
    policies: [...holders.map(holderPolicy), ...holders.flatMap(permissions)],
  };
}

function allScopes({ scopes }: DerivedResource): string[] {
  return [...scopes, ...scopes.map(denyTwin)].sort();
}

function holderPolicy(holder: Holder): PolicyRepresentation {
  const base = { name: policyName(holder), logic: 'POSITIVE', decisionStrategy: 'UNANIMOUS' } as const;
  if (holder.kind === 'clients') {
    return { ...base, type: 'client', config: { clients: JSON.stringify(holder.members) } };
  }
  const roles = holder.members.map((id) => ({ id, required: false }));
  // Without fetchRoles the roles are those of the token, and one taken away is not noticed until the next login.
  return { ...base, type: 'role', config: { fetchRoles: 'true', roles: JSON.stringify(roles) } };
}

function permissions(holder: Holder): PolicyRepresentation[] {
  return Object.entries(holder.scopes).map(([resource, scopes]) => ({
    name: `${DEFAULT_PREFIX}${holder.name}:${resource}`,
    type: 'scope',
    logic: 'POSITIVE',
    decisionStrategy: 'AFFIRMATIVE',
    config: {
      resources: JSON.stringify([resource]),
      scopes: JSON.stringify(scopes),
      applyPolicies: JSON.stringify([policyName(holder)]),
    },
  }));
}

function policyName({ kind, name }: Holder): string {
  return `${DEFAULT_PREFIX}${kind}:${name}`;
}
