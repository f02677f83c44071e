import { describe, expect, it } from '@jest/globals';
import { readMatrix } from './matrix.ts';
import { deriveResources, denyTwin } from './scopes.ts';

const resources = deriveResources();
const scopesOf = (name: string): readonly string[] => resources.find((it) => it.name === name)?.scopes ?? [];

describe('deriveResources', () => {
  it('gives an owned resource every action on every kind of rows', () => {
    const scopes = scopesOf('deals.deal');
    for (const action of ['read', 'update', 'delete', 'undelete', 'transfer', 'move', 'win', 'lose']) {
      for (const row of ['own', 'department', 'branch', 'all']) expect(scopes).toContain(`${action}@${row}`);
    }
    expect(scopes).toEqual(expect.arrayContaining(['create', 'import', 'read:cost', 'update:cost']));
    expect(scopes).toHaveLength(8 * 4 + 4);
  });

  it('gives reference data the row scope `all` alone', () => {
    expect(scopesOf('deals.pipeline')).toEqual([
      'create',
      'delete@all',
      'import',
      'read@all',
      'undelete@all',
      'update@all',
    ]);
    expect(scopesOf('event.journal')).toEqual(['read@all']);
  });

  it('gives a child resource none, and its parent the groups of both', () => {
    expect(scopesOf('deals.stage_change')).toEqual([]);
    // The group stands in the message of a line, which is inside the invoice.
    expect(scopesOf('billing.invoice')).toEqual(expect.arrayContaining(['read:cost', 'update:cost']));
    expect(scopesOf('contacts.counterparty')).toContain('read:bank_details');
    expect(scopesOf('contacts.person')).toContain('update:personal_profile');
  });

  it('keeps twins apart from what they deny', () => {
    for (const { scopes } of resources) for (const scope of scopes) expect(scopes).not.toContain(denyTwin(scope));
  });
});

describe('the access matrix', () => {
  const matrix = readMatrix(resources);

  it('names the twelve roles and the six services', () => {
    expect(matrix.roles).toHaveLength(12);
    expect(matrix.clients).toEqual([
      'svc-contacts',
      'svc-deals',
      'svc-billing',
      'svc-marketing',
      'svc-quality',
      'svc-analytics',
    ]);
  });

  it('gives service principals all rows or none', () => {
    for (const { name, scopes } of matrix.holders) {
      if (!['administrator', 'importer', 'bi', 'services', ...matrix.clients].includes(name)) continue;
      const narrow = Object.values(scopes)
        .flat()
        .filter((scope) => scope.includes('@') && !scope.endsWith('@all'));
      expect([name, narrow]).toEqual([name, []]);
    }
  });

  it('opens a group only to who reads the rows', () => {
    const everyone = matrix.holders.find(({ name }) => name === 'everyone')?.scopes ?? {};
    const services = matrix.holders.find(({ name }) => name === 'services')?.scopes ?? {};
    for (const { name, kind, scopes } of matrix.holders) {
      for (const [resource, given] of Object.entries(scopes)) {
        const shared = (kind === 'roles' ? everyone : services)[resource] ?? [];
        const reads = [...given, ...shared].some((scope) => scope.startsWith('read@'));
        if (given.some((scope) => scope.startsWith('read:')))
          expect([name, resource, reads]).toEqual([name, resource, true]);
      }
    }
  });

  it('tells every fault at once', () => {
    const text = `
everyone: {}
roles:
  seller: { deals.deal: read@mine|create, deals.dael: read@all }
  bi: { deals.deal: 'read@all deny:read@all' }
services: {}
clients: {}
`;
    expect(() => readMatrix(resources, text)).toThrow(
      /seller: deals.deal has no scope[\s\S]*no resource deals.dael[\s\S]*bi: deals.deal deny:read@all/,
    );
  });
});
