import { describe, expect, it } from '@jest/globals';
import { type Addresses, startPage, table } from './page.ts';

const addresses: Addresses = {
  gateway: 'http://127.0.0.1:8080',
  keycloak: 'http://127.0.0.1:20001',
  realm: 'rapport',
  clientId: 'scripts',
  users: [
    { username: 'admin', password: 'a-1', roles: ['administrator'], branch: '', department: '' },
    { username: 'shevchenko', password: 'd-1', roles: ['top-manager'], branch: 'Київ', department: 'Дирекція' },
  ],
  services: {},
};

describe('the page of npm start', () => {
  const page = startPage(addresses, '/project/.run/logs', '25 s');

  it('names the addresses and every login', () => {
    for (const text of [addresses.gateway, addresses.keycloak, 'admin', 'shevchenko', 'Дирекція', '25 s']) {
      expect(page).toContain(text);
    }
  });

  it('has three things to try, asked as somebody who sees figures', () => {
    expect(page.match(/^ {2}\d\. /gm)).toHaveLength(3);
    expect(page).toContain('-d username=shevchenko -d password=d-1');
  });

  it('fits the pages of logins into columns', () => {
    expect(
      table([
        ['a', 'bb', 'c'],
        ['aaa', 'b', ''],
      ]),
    ).toEqual(['a    bb  c', 'aaa  b']);
  });
});
