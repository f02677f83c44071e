import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readMatrix } from '../../deploy/keycloak/matrix.ts';
import { deriveResources } from '../../deploy/keycloak/scopes.ts';
import { ContractImage } from '../../scripts/contract-image.ts';
import { root } from './temp-folder.ts';

const resources = deriveResources();
const matrix = readMatrix(resources);
const image = ContractImage.read(join(root, 'packages/contracts/image.binpb'));

/** Names of those who hold a scope that begins so on the resource. */
const holdersOf = (resource: string, matches: (scope: string) => boolean): string[] =>
  matrix.holders.filter(({ scopes }) => scopes[resource]?.some(matches)).map(({ name }) => name);

const rights = new Map(
  [...image.methods()]
    .map((method) => image.rule(method))
    .filter((rule) => rule !== undefined)
    .filter(({ callers }) => callers !== 'AUTHENTICATED')
    .map((rule) => [`${rule.resource} ${rule.action}`, rule]),
);

describe('the access matrix', () => {
  // A right that nobody holds is an rpc that answers 403 to everybody.
  it.each([...rights])('%s is somebody’s', (_, { resource, action }) => {
    expect(holdersOf(resource, (scope) => scope === action || scope.startsWith(`${action}@`))).not.toEqual([]);
  });

  it.each(
    resources.flatMap(({ name, scopes }) =>
      scopes.filter((scope) => /^(read|update):/.test(scope)).map((scope) => [name, scope]),
    ),
  )('%s %s is somebody’s, and not everybody’s', (resource, scope) => {
    const holders = holdersOf(resource ?? '', (held) => held === scope);
    expect(holders).not.toEqual([]);
    expect(holders).not.toContain('everyone');
  });

  it('gives calls among services to service clients alone', () => {
    const internal = [...image.methods()]
      .map((method) => image.rule(method))
      .filter((rule) => rule?.callers === 'SERVICES');
    for (const rule of internal) {
      const holders = matrix.holders.filter(({ scopes }) => scopes[rule?.resource ?? '']);
      expect(holders.filter(({ kind }) => kind !== 'clients')).toEqual([]);
    }
    expect(internal.length).toBeGreaterThan(0);
  });

  it('knows the twelve roles', () => {
    expect([...matrix.roles].sort()).toEqual([
      'accountant',
      'administrator',
      'bi',
      'branch-director',
      'department-head',
      'importer',
      'marketer',
      'quality',
      'secretary',
      'seller',
      'service-engineer',
      'top-manager',
    ]);
  });

  it('has a resource for each that the contracts declare, children aside', () => {
    const declared = [...image.messages()]
      .map((message) => image.resource(message))
      .filter((option) => option && option.rows !== 'CHILD_OF');
    expect(resources.map(({ name }) => name).sort()).toEqual(declared.map((option) => option?.name).sort());
  });
});
