import { clients } from './clients.js';
import { departments, employees } from './company.js';
import { addDays, dealHistory } from './history.js';

const today = '2026-03-01';

describe('dealHistory', () => {
  it('makes the same year from the same date', () => expect(dealHistory(today)).toEqual(dealHistory(today)));

  it('never works or closes in the future, and closes after the start', () => {
    for (const deal of dealHistory(today)) {
      expect(deal.startDate < today).toBe(true);
      if (deal.closeDate) expect(deal.closeDate >= deal.startDate && deal.closeDate <= today).toBe(true);
    }
  });

  it('has open, won and lost deals of every seller with clients', () => {
    const outcomes = new Set(dealHistory(today).map((deal) => deal.outcome));
    expect([...outcomes].sort()).toEqual(['LOST', 'OPEN', 'WON']);
  });
});

describe('the demo company', () => {
  it('has the staff of the sheet: 10 sellers, 2 assistants, 7 in service, 2 in marketing, 4 in management, 1 in quality', () => {
    const count = (role: string): number => employees.filter((employee) => employee.roles.includes(role)).length;
    const management = ['top-manager', 'branch-director', 'accountant'].reduce((sum, role) => sum + count(role), 0);
    expect([
      count('seller'),
      count('secretary'),
      count('service-engineer'),
      count('marketer'),
      management,
      count('quality'),
    ]).toEqual([10, 2, 7, 2, 4, 1]);
  });

  it('names only employees and departments that exist', () => {
    const usernames = new Set(employees.map((employee) => employee.username));
    const keys = new Set(departments.map((department) => department.key));
    expect(usernames.size).toBe(employees.length);
    expect(employees.every((employee) => keys.has(employee.department))).toBe(true);
    expect(departments.every((department) => !department.head || usernames.has(department.head))).toBe(true);
    expect(clients.every((client) => usernames.has(client.owner))).toBe(true);
  });

  it('has some sixty counterparties', () => expect(clients.length).toBeGreaterThanOrEqual(55));
});

it('counts days across a leap day', () => expect(addDays('2028-02-28', 2)).toBe('2028-03-01'));
