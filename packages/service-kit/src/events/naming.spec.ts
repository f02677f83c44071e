import { describe, expect, it } from '@jest/globals';
import { eventSubject, filterSubject, kebabCase, serviceOf, streamName, streamSubject } from './naming.js';

describe('naming of events', () => {
  it.each([
    ['DealWon', 'deal-won'],
    ['InformationSourceCreated', 'information-source-created'],
    ['Deal2Won', 'deal2-won'],
    ['VATRateUpdated', 'vat-rate-updated'],
  ])('writes %s as %s', (name, kebab) => {
    expect(kebabCase(name)).toBe(kebab);
  });

  it('derives subject, filter, stream and owner from the full name', () => {
    const type = 'rapport.deals.v1.DealWon';
    expect(eventSubject(type, '0199')).toBe('rapport.deals.v1.deal-won.0199');
    expect(filterSubject(type)).toBe('rapport.deals.v1.deal-won.*');
    expect(serviceOf(type)).toBe('deals');
    expect(streamName('deals')).toBe('RAPPORT_DEALS');
    expect(streamSubject('deals')).toBe('rapport.deals.>');
  });

  it.each(['DealWon', 'rapport.deals.DealWon', 'rapport.deals.v1.dealWon', 'rapport.de*ls.v1.DealWon'])(
    'refuses %s',
    (type) => {
      expect(() => serviceOf(type)).toThrow('is not the full name of an event');
    },
  );
});
