import { describe, expect, it } from '@jest/globals';
import { completeSecrets } from './secrets.ts';

describe('the secrets of an installation', () => {
  it('are made once and stay', () => {
    const first = completeSecrets(undefined, undefined);
    expect(completeSecrets(first, undefined)).toEqual(first);
  });

  it('differ between installations and between services', () => {
    const [one, other] = [completeSecrets(undefined, undefined), completeSecrets(undefined, undefined)];
    expect(one.session).not.toBe(other.session);
    expect(new Set(Object.values(one.clients)).size).toBe(Object.keys(one.clients).length);
  });

  it('are completed for a service that is new since', () => {
    const first = completeSecrets(undefined, undefined);
    const { analytics, ...older } = first.databases;
    const next = completeSecrets({ ...first, databases: older }, undefined);
    expect(next.databases.deals).toEqual(first.databases.deals);
    expect(next.databases.analytics).toEqual({ owner: expect.any(String), app: expect.any(String) });
    expect(next.databases.analytics).not.toEqual(analytics);
  });

  it('are those of a copied data folder where it brings its own', () => {
    const copied = { postgres: 'p', keycloakDatabase: 'd', keycloakAdmin: 'a' };
    expect(completeSecrets(completeSecrets(undefined, undefined), copied)).toMatchObject(copied);
  });
});
