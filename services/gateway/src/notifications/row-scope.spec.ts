import { describe, expect, it } from '@jest/globals';
import { Grants, type Principal } from '@rapport/service-kit/access';
import { contracts } from '@rapport/service-kit/contracts';
import { DepartmentTree } from './department-tree.js';
import { type RowFacts, maySee } from './row-scope.js';

const deal = contracts.resource('deals.deal');
const product = contracts.resource('deals.product');

const principal: Principal = {
  kind: 'employee',
  subject: 's',
  username: 'u',
  azp: 'rapport-web',
  employeeId: 'e1',
  branchIds: ['b1'],
  departmentPaths: ['root/sales'],
};

function sees(scope: string, row: Partial<RowFacts>, resource = deal, tree = new DepartmentTree()): boolean {
  const grants = new Grants([{ rsname: resource.name, scopes: [scope] }]);
  return maySee(resource, { ownerId: '', departmentId: '', branchId: '', ...row }, { principal, grants }, tree);
}

describe('who is told of a row', () => {
  it('goes by the widest read scope', () => {
    expect(sees('read@all', {})).toBe(true);
    expect(sees('read@branch', { branchId: 'b1' })).toBe(true);
    expect(sees('read@branch', { branchId: 'b2' })).toBe(false);
    expect(sees('read@own', { ownerId: 'e1' })).toBe(true);
    expect(sees('read@own', { ownerId: 'e2' })).toBe(false);
    expect(sees('update@all', {})).toBe(false);
    expect(sees('read@own', { ownerId: '' })).toBe(false);
  });

  it('takes a department with everything below it, as far as the tree is known', () => {
    const tree = new DepartmentTree();
    expect(sees('read@department', { departmentId: 'sales' }, deal, tree)).toBe(true);
    expect(sees('read@department', { departmentId: 'team' }, deal, tree)).toBe(false);
    tree.learn('team', 'sales', 1);
    expect(sees('read@department', { departmentId: 'team' }, deal, tree)).toBe(true);
    expect(sees('read@department', { departmentId: 'root' }, deal, tree)).toBe(false);
    tree.learn('team', 'service', 3);
    tree.learn('team', 'sales', 2);
    tree.learnPath('root/sales/team');
    expect(sees('read@department', { departmentId: 'team' }, deal, tree)).toBe(false);
  });

  it('shows reference data to whoever may read it at all', () => {
    expect(sees('read@all', {}, product)).toBe(true);
    expect(sees('read@own', { ownerId: 'e1' }, product)).toBe(false);
  });

  it('survives a circle in the tree', () => {
    const tree = new DepartmentTree();
    tree.learn('a', 'b', 1);
    tree.learn('b', 'a', 1);
    expect(tree.isWithin('a', new Set(['c']))).toBe(false);
  });
});
