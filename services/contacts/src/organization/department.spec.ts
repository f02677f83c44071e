import { describe, expect, it } from '@jest/globals';
import { assertNoCycle, movedPaths, pathBelow } from './department.js';

const sales = { id: 'sales', path: ['company', 'sales'] };

describe('the tree of departments', () => {
  it('puts a department below its parent, a root below nothing', () => {
    expect(pathBelow(sales, 'retail')).toEqual(['company', 'sales', 'retail']);
    expect(pathBelow(undefined, 'company')).toEqual(['company']);
  });

  it.each(['company', 'sales'])('refuses %s below sales', (id) => {
    expect(() => assertNoCycle(id, sales)).toThrow(expect.objectContaining({ reason: 'DEPARTMENT_CYCLE' }));
  });

  it('lets a department move elsewhere', () => {
    expect(() => assertNoCycle('service', sales)).not.toThrow();
  });

  it('takes along what stands below', () => {
    const below = [{ id: 'retail', path: ['company', 'sales', 'retail'] }];
    expect(movedPaths(['company', 'sales'], ['group', 'sales'], below)).toEqual([
      { id: 'retail', path: ['group', 'sales', 'retail'] },
    ]);
    expect(movedPaths(['company', 'sales'], ['sales'], below)).toEqual([{ id: 'retail', path: ['sales', 'retail'] }]);
  });
});
