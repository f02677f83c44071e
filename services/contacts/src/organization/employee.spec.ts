import { describe, expect, it } from '@jest/globals';
import { assertEmployed, displayName } from './employee.js';

describe('displayName', () => {
  it.each([
    ['Шевченко', 'Олена', 'Іванівна', 'Шевченко Олена Іванівна'],
    ['Doe', 'Jane', '', 'Doe Jane'],
    ['Doe', '', '', 'Doe'],
  ])('writes %s %s %s', (familyName, givenName, middleName, expected) => {
    expect(displayName({ familyName, givenName, middleName })).toBe(expected);
  });
});

describe('an employment', () => {
  it('ends once', () => {
    expect(() => assertEmployed({ id: 'e', dismissDate: undefined })).not.toThrow();
    expect(() => assertEmployed({ id: 'e', dismissDate: { value: '2026-01-31' } })).toThrow(
      expect.objectContaining({ reason: 'ALREADY_DISMISSED' }),
    );
  });
});
