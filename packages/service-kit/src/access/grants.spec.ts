import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ROW_SCOPES } from './context.js';
import { Grants } from './grants.js';

const granting = (...scopes: string[]): Grants => new Grants([{ rsname: 'deals.deal', scopes }]);

describe('Grants', () => {
  it('takes the widest row scope granted', () => {
    const grants = granting('read@own', 'read@branch', 'update@own');
    expect(grants.widest('deals.deal', 'read')).toBe('branch');
    expect(grants.widest('deals.deal', 'update')).toBe('own');
    expect(grants.widest('deals.deal', 'delete')).toBeUndefined();
    expect(grants.widest('billing.invoice', 'read')).toBeUndefined();
  });

  it('takes exactly the denied scope away', () => {
    const grants = granting(
      'read@own',
      'read@all',
      'read:cost',
      'update:cost',
      'create',
      'deny:read@all',
      'deny:read:cost',
      'deny:create',
    );
    expect(grants.widest('deals.deal', 'read')).toBe('own');
    expect(grants.readable('deals.deal', 'cost')).toBe(false);
    expect(grants.may('deals.deal', 'create')).toBe(false);
  });

  it('denies across several permissions of one resource, whatever their order', () => {
    const grants = new Grants([
      { rsname: 'deals.deal', scopes: ['deny:win@own'] },
      { rsname: 'deals.deal', scopes: ['win@own', 'read@own'] },
    ]);
    expect(grants.may('deals.deal', 'win')).toBe(false);
    expect(grants.may('deals.deal', 'read')).toBe(true);
  });

  it('lets a child resource answer as its parent', () => {
    expect(granting('read@department').widest('deals.stage_change', 'read')).toBe('department');
    expect(granting('read@department').readable('deals.stage_change', '')).toBe(true);
    expect(granting('create').readable('deals.stage_change', '')).toBe(false);
  });

  it('opens a group only together with the rows', () => {
    expect(granting('read:cost').readable('deals.deal', 'cost')).toBe(false);
    expect(granting('read:cost', 'read@own').readable('deals.deal', 'cost')).toBe(true);
    expect(granting('update:cost', 'read@own').writable('deals.deal', 'cost')).toBe(false);
    expect(granting('update:cost', 'update@own').writable('deals.deal', 'cost')).toBe(true);
    expect(granting('win@own').writable('deals.deal', '')).toBe(true);
    expect(granting('read@own').writable('deals.deal', '')).toBe(false);
  });

  it('grants nothing for a permission without scopes', () => {
    const grants = new Grants([{ rsname: 'deals.deal' }]);
    expect(grants.may('deals.deal', 'read')).toBe(false);
    expect(grants.hash).toBe(new Grants([]).hash);
  });

  const scope = fc.oneof(
    fc
      .tuple(fc.constantFrom('read', 'update', 'win'), fc.constantFrom(...ROW_SCOPES))
      .map(([action, row]) => `${action}@${row}`),
    fc.constantFrom('create', 'import', 'read:cost', 'update:cost'),
  );

  it('has one hash for one set of rights, however they are listed', () => {
    fc.assert(
      fc.property(fc.uniqueArray(scope), fc.uniqueArray(scope), (scopes, denied) => {
        const all = [...scopes, ...denied.map((name) => `deny:${name}`)];
        const kept = scopes.filter((name) => !denied.includes(name));
        const split = all.reverse().map((name) => ({ rsname: 'deals.deal', scopes: [name] }));
        expect(new Grants(split).hash).toBe(granting(...kept).hash);
      }),
    );
  });

  it('never gains by a denial', () => {
    fc.assert(
      fc.property(fc.uniqueArray(scope), fc.uniqueArray(scope), (scopes, denied) => {
        const before = granting(...scopes);
        const after = granting(...scopes, ...denied.map((name) => `deny:${name}`));
        for (const action of ['read', 'update', 'win', 'create', 'import']) {
          expect(reach(after, action)).toBeLessThanOrEqual(reach(before, action));
          if (after.may('deals.deal', action)) expect(before.may('deals.deal', action)).toBe(true);
        }
        if (after.readable('deals.deal', 'cost')) expect(before.readable('deals.deal', 'cost')).toBe(true);
      }),
    );
  });
});

function reach(grants: Grants, action: string): number {
  const widest = grants.widest('deals.deal', action);
  return widest === undefined ? -1 : ROW_SCOPES.indexOf(widest);
}
