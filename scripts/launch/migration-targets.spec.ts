import { describe, expect, it } from '@jest/globals';
import { migrationTargets } from './migration-targets.ts';

describe('the databases to migrate', () => {
  it('are found by the names of their services', () => {
    const env = {
      DATABASE_OWNER_URL_DEALS: 'postgresql://deals_owner:a@127.0.0.1/rapport_deals',
      DATABASE_URL_DEALS: 'postgresql://deals_app:b@127.0.0.1/rapport_deals',
    };
    expect(migrationTargets(['deals'], env)).toEqual([
      { service: 'deals', ownerUrl: env.DATABASE_OWNER_URL_DEALS, appRole: 'deals_app' },
    ]);
  });

  it('are refused with all that is missing', () => {
    expect(() => migrationTargets(['deals'], {})).toThrow(/DATABASE_OWNER_URL_DEALS[^]*DATABASE_URL_DEALS/);
    expect(() => migrationTargets([], {})).toThrow('Name the services');
  });
});
