import { describe, expect, it } from '@jest/globals';
import { desiredLogin, type LoginFacts, mayBecomeLogin, OUR_GROUP } from './login.js';

const facts = (over: Partial<LoginFacts> = {}): LoginFacts => ({
  employeeId: 'e',
  username: 'anna',
  email: '',
  givenName: 'Анна',
  familyName: 'Анненко',
  branchId: 'b',
  departmentPath: ['root', 'sales'],
  ...over,
});

describe('the login of an employee', () => {
  it('is none without a username', () => expect(desiredLogin(facts({ username: '' }), '2026-01-01')).toBeUndefined());

  it('carries the identity that the tokens need', () => {
    expect(desiredLogin(facts(), '2026-01-01')?.attributes).toEqual({
      principal: ['employee'],
      employee_id: ['e'],
      branch_ids: ['b'],
      department_paths: ['root/sales'],
      home_branch_id: ['b'],
      home_department_id: ['sales'],
    });
  });

  it('stands in the groups of its branch and of each department above it', () => {
    expect(desiredLogin(facts(), '2026-01-01')?.groups).toEqual(['branch-b', 'department-root', 'department-sales']);
    expect(OUR_GROUP.test('department-01a201e4-a52f-7790-8af6-99a8cd4ac654')).toBe(true);
    expect(OUR_GROUP.test('department-heads')).toBe(false);
  });

  it.each([
    ['2026-03-30', true],
    ['2026-03-31', true],
    ['2026-04-01', false],
  ])('of one whose last day is 31 March works on %s: %s', (today, enabled) => {
    expect(desiredLogin(facts({ dismissDate: '2026-03-31' }), today)?.enabled).toBe(enabled);
  });
});

describe('a user who has the wanted name already', () => {
  it.each([
    ['a person without identity', {}, true],
    ['an employee of an earlier installation', { principal: ['employee'], employee_id: ['gone'] }, true],
    ['a program, such as the bootstrap administrator', { principal: ['service'] }, false],
  ])('%s', (_, attributes, expected) => {
    expect(mayBecomeLogin({ attributes })).toBe(expected);
  });
});
