import { describe, expect, it } from '@jest/globals';
import { type AuthorizationSettings, desiredSettings, type PolicyRepresentation } from './authorization.ts';
import { driftOf, refuseNegative } from './drift.ts';
import { readMatrix } from './matrix.ts';
import { deriveResources } from './scopes.ts';

const resources = deriveResources();
const desired = desiredSettings(resources, readMatrix(resources));
const byHand: PolicyRepresentation = {
  name: 'Olena sees costs',
  type: 'user',
  logic: 'POSITIVE',
  decisionStrategy: 'UNANIMOUS',
  config: {},
};
const held = (change: (policies: PolicyRepresentation[]) => PolicyRepresentation[]): AuthorizationSettings => ({
  ...desired,
  policies: change([...desired.policies]),
});

describe('driftOf', () => {
  it('finds none where all is in step, in whatever order lists come', () => {
    const shuffled = held((policies) =>
      policies.reverse().map((policy) => {
        const { scopes } = policy.config;
        return scopes
          ? {
              ...policy,
              config: { ...policy.config, scopes: JSON.stringify((JSON.parse(scopes) as string[]).reverse()) },
            }
          : policy;
      }),
    );
    expect(driftOf(desired, shuffled).lines).toEqual([]);
  });

  it('makes what is missing, overwrites what was changed, deletes what is stale, and nothing else', () => {
    const [first, second, ...rest] = desired.policies;
    const actual = held(() => [
      { ...(second as PolicyRepresentation), logic: 'NEGATIVE' },
      { ...byHand, name: 'default:old-role:deals.deal' },
      byHand,
      ...rest,
    ]);
    const drift = driftOf(desired, actual);
    expect(drift.changed.policies.map(({ name }) => name)).toEqual([first?.name, second?.name]);
    expect(drift.stalePolicies).toEqual(['default:old-role:deals.deal']);
    expect(drift.foreign).toEqual(['Olena sees costs']);
    expect(drift.changed.resources).toEqual([]);
  });

  it('leaves resources and scopes that are not the contracts’', () => {
    const actual = {
      ...desired,
      resources: [...desired.resources, { name: 'printer' }],
      scopes: [...desired.scopes, { name: 'use' }],
    };
    expect(driftOf(desired, actual).lines).toEqual([]);
  });
});

describe('refuseNegative', () => {
  it('names the policy, whoever made it', () => {
    expect(() => refuseNegative(held((policies) => [...policies, { ...byHand, logic: 'NEGATIVE' }]))).toThrow(
      /Olena sees costs/,
    );
    expect(() => refuseNegative(desired)).not.toThrow();
  });
});

describe('desiredSettings', () => {
  it('has no negative policy and asks Keycloak for the roles of now', () => {
    expect(desired.policies.filter(({ logic }) => logic !== 'POSITIVE')).toEqual([]);
    for (const policy of desired.policies.filter(({ type }) => type === 'role'))
      expect(policy.config.fetchRoles).toBe('true');
  });
});
