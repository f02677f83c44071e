import { describe, expect, it } from '@jest/globals';
import { contracts } from '../../contracts/contracts.js';
import { collectReferences } from './collect.js';

const of = (request: string, value: object) =>
  collectReferences(contracts.message(`rapport.contacts.v1.${request}`), value);

describe('collectReferences', () => {
  it('finds every id that refers, with its path, and leaves out absent ones', () => {
    const person = { ownerId: 'o', departmentId: '', affiliations: [{ counterpartyId: 'a' }, { counterpartyId: 'b' }] };
    expect(of('BatchCreatePeopleRequest', { requests: [{ person: undefined }, { person }] })).toEqual([
      { resource: 'contacts.employee', id: 'o', path: 'requests[1].person.owner_id' },
      { resource: 'contacts.counterparty', id: 'a', path: 'requests[1].person.affiliations[0].counterparty_id' },
      { resource: 'contacts.counterparty', id: 'b', path: 'requests[1].person.affiliations[1].counterparty_id' },
    ]);
  });

  it('looks in an update only at what it writes', () => {
    const department = { id: 'd', branchId: 'b', parentId: 'p', headEmployeeId: 'h' };
    const paths = (updateMask: string[] | undefined) =>
      of('UpdateDepartmentRequest', { department, updateMask }).map(({ path }) => path);
    expect(paths(['parentId', 'display_name'])).toEqual(['department.parent_id']);
    expect(paths(undefined)).toEqual(['department.branch_id', 'department.parent_id', 'department.head_employee_id']);
  });

  it('has nothing to ask of a request without references', () => {
    expect(of('GetPersonRequest', { personId: 'x' })).toEqual([]);
  });
});
