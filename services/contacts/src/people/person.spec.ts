import { describe, expect, it } from '@jest/globals';
import { assertAffiliations, displayName } from './person.js';

describe('displayName', () => {
  it('leaves out what is not known', () => {
    expect(displayName({ familyName: 'Коваль', givenName: '', middleName: 'Петрович' })).toBe('Коваль Петрович');
  });
});

describe('assertAffiliations', () => {
  it('lets a person work at several places, one of them the main one', () => {
    expect(() =>
      assertAffiliations(
        [
          { counterpartyId: 'shop', main: true },
          { counterpartyId: 'bank', main: false },
        ],
        'person',
      ),
    ).not.toThrow();
  });

  it('names every place at fault', () => {
    const twice = [
      { counterpartyId: 'shop', main: true },
      { counterpartyId: 'shop', main: true },
    ];
    expect(() => assertAffiliations(twice, 'requests[2].person')).toThrow(
      expect.objectContaining({
        reason: 'INVALID_REQUEST',
        violations: [
          expect.objectContaining({ field: 'requests[2].person.affiliations[1].counterparty_id' }),
          expect.objectContaining({ field: 'requests[2].person.affiliations[1].main' }),
        ],
      }),
    );
  });
});
