import { describe, expect, it } from '@jest/globals';
import { Grants, type Principal } from '@rapport/service-kit/access';
import { figureScope } from './figure-scope.js';

const tree = { withBelow: (id: string) => (id === 'sales' ? ['sales', 'sales-north'] : [id]) };

const caller = (scope: string | undefined, principal: Partial<Principal> = {}) => ({
  grants: new Grants(scope === undefined ? [] : [{ rsname: 'deals.deal', scopes: [scope] }], new Map()),
  principal: {
    kind: 'employee' as const,
    subject: 's',
    username: 'u',
    azp: 'rapport-web',
    employeeId: 'me',
    branchIds: ['b2', 'b1'],
    departmentPaths: ['company/sales', 'company/service'],
    ...principal,
  },
});

describe('figureScope', () => {
  it.each([
    ['read@all', { kind: 'all' }],
    ['read@branch', { kind: 'among', dimension: 'branch', values: ['b1', 'b2'] }],
    ['read@department', { kind: 'among', dimension: 'department', values: ['sales', 'sales-north', 'service'] }],
    ['read@own', { kind: 'among', dimension: 'manager', values: ['me'] }],
  ])('%s', (scope, expected) => {
    expect(figureScope(caller(scope), tree)).toEqual(expected);
  });

  it('gives nothing to those who may not read deals, and to a service without all rows', () => {
    const nobody = { kind: 'among', dimension: 'manager', values: [] };
    expect(figureScope(caller(undefined), tree)).toEqual(nobody);
    const { employeeId: _, ...service } = caller('read@own').principal;
    expect(figureScope({ ...caller('read@own'), principal: { ...service, kind: 'service' } }, tree)).toEqual(nobody);
  });
});
