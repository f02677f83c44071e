import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Counterparty } from '@rapport/contracts/rapport/contacts/v1/counterparty';
import type { ListPeopleRequest } from '@rapport/contracts/rapport/contacts/v1/people_service';
import type { Affiliation } from '@rapport/contracts/rapport/contacts/v1/person';
import { cards, person, World } from './world.js';

// Real: PostgreSQL, NATS, gRPC, the service as it runs. Instead of Keycloak: callers whose rights the test says.

let world: World;
let shop: Counterparty;
let bank: Counterparty;
beforeAll(async () => {
  world = await World.make();
  shop = await world.counterpartyOf(world.anna);
  bank = await world.counterpartyOf(world.anna);
}, 60_000);
afterAll(() => world.stop());

const at = (counterparty: Counterparty, over: Partial<Affiliation> = {}): Affiliation => ({
  counterpartyId: counterparty.id,
  position: '',
  influence: 0,
  main: false,
  ...over,
});
const list = (filter: string, over: Partial<ListPeopleRequest> = {}): ListPeopleRequest => ({
  filter,
  orderBy: 'display_name',
  pageSize: 0,
  pageToken: '',
  readMask: undefined,
  includeTotal: false,
  showDeleted: false,
  ...over,
});

describe('people', () => {
  it('keep their places in order, and replace them whole', async () => {
    const anna = world.people(world.as(world.anna, cards('own')));
    const places = [at(shop, { position: 'директор', influence: 5, main: true }), at(bank)];
    const made = await anna.createPerson({
      requestId: '',
      person: person({ givenName: 'Ірина', affiliations: places }),
    });
    expect(made).toMatchObject({ displayName: 'Коваль Ірина', affiliations: places });
    expect(await anna.getPerson({ personId: made.id, readMask: undefined })).toEqual(made);

    const moved = await anna.updatePerson({
      person: { ...made, affiliations: [at(bank)] },
      updateMask: ['affiliations'],
      etag: made.etag,
    });
    expect(moved).toMatchObject({ affiliations: [at(bank)], givenName: 'Ірина', etag: '2' });
    expect(await world.eventsOf(made.id)).toEqual(['PersonCreated:1', 'PersonUpdated:2']);
  });

  it('are found by their place', async () => {
    const anna = world.people(world.as(world.anna, cards('own')));
    const other = await world.counterpartyOf(world.anna);
    await anna.createPerson({ requestId: '', person: person({ familyName: 'Тут', affiliations: [at(other)] }) });
    await anna.createPerson({ requestId: '', person: person({ familyName: 'Там' }) });
    const { people } = await anna.listPeople(list(`affiliations.counterparty_id:${other.id}`));
    expect(people.map(({ familyName }) => familyName)).toEqual(['Тут']);
    const without = await anna.listPeople(list('NOT affiliations:* AND family_name = "Там"'));
    expect(without.people).toHaveLength(1);
  });

  it('refuse a place that their maker does not see, with its path', async () => {
    const foreign = await world.counterpartyOf(world.vira);
    const anna = world.people(world.as(world.anna, cards('own')));
    await expect(
      anna.createPerson({ requestId: '', person: person({ affiliations: [at(shop), at(foreign)] }) }),
    ).rejects.toMatchObject({
      reason: 'UNKNOWN_REFERENCE',
      violations: [{ field: 'person.affiliations[1].counterparty_id' }],
    });
    await expect(
      anna.createPerson({ requestId: '', person: person({ affiliations: [at(shop), at(shop)] }) }),
    ).rejects.toMatchObject({
      reason: 'INVALID_REQUEST',
    });
  });

  it('show their profile to those who may see it, and write down that they did', async () => {
    const born = { birthDate: { value: '1980-05-17' }, preferences: 'кава' };
    const anna = world.as(world.anna, cards('own', 'read:personal_profile', 'update:personal_profile'));
    const made = await world.people(anna).createPerson({ requestId: '', person: person(born) });
    expect(made).toMatchObject(born);
    const plain = world.people(world.as(world.anna, cards('own')));
    expect(await plain.getPerson({ personId: made.id, readMask: undefined })).toMatchObject({
      birthDate: undefined,
      preferences: '',
    });
    await expect(plain.listPeople(list('birth_date < "2000-01-01"'))).rejects.toMatchObject({
      reason: 'UNKNOWN_FIELD',
    });
    await expect(
      plain.updatePerson({ person: { ...made, preferences: 'чай' }, updateMask: ['preferences'], etag: '1' }),
    ).rejects.toMatchObject({
      reason: 'UNKNOWN_FIELD',
    });
    const { people } = await world
      .people(anna)
      .listPeople(list('birth_date >= "1980-05-17" birth_date <= "1980-05-17"'));
    expect(people.map(({ id }) => id)).toEqual([made.id]);
    const audit = await world.database.rows(
      `select action from kit.audit_event where actor = $1 and groups = '{personal_profile}' order by occur_time`,
      [anna.principal.subject],
    );
    expect(audit.map(({ action }) => action)).toEqual(['read by create', 'read by read']);
  });

  it('show no profile when that cannot be written down', async () => {
    const anna = world.people(world.as(world.anna, cards('own', 'read:personal_profile', 'update:personal_profile')));
    const plain = await anna.createPerson({ requestId: '', person: person() });
    const made = await anna.createPerson({ requestId: '', person: person({ preferences: 'чай' }) });
    const app = new URL(world.database.appUrl).username;
    await world.database.owner.query(`revoke insert on kit.audit_event from "${app}"`);
    try {
      await expect(anna.getPerson({ personId: made.id, readMask: undefined })).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        reason: 'AUDIT_UNAVAILABLE',
      });
      expect((await anna.getPerson({ personId: made.id, readMask: ['note'] })).id).toBe(made.id);
      expect((await anna.getPerson({ personId: plain.id, readMask: undefined })).id).toBe(plain.id);
    } finally {
      await world.database.owner.query(`grant insert on kit.audit_event to "${app}"`);
    }
  });

  it('are handed over with their places', async () => {
    const anna = world.people(world.as(world.anna, cards('own')));
    const made = await anna.createPerson({ requestId: '', person: person({ affiliations: [at(shop)] }) });
    const handed = await anna.transferPerson({
      personId: made.id,
      ownerId: world.vira.id,
      departmentId: '',
      branchId: '',
      etag: made.etag,
    });
    expect(handed).toMatchObject({ ownerId: world.vira.id, affiliations: [at(shop)] });
    await expect(anna.getPerson({ personId: made.id, readMask: undefined })).rejects.toMatchObject({
      reason: 'PERSON_NOT_FOUND',
    });
  });

  it('are deleted and brought back with their places', async () => {
    const anna = world.people(world.as(world.anna, cards('own')));
    const made = await anna.createPerson({ requestId: '', person: person({ affiliations: [at(shop)] }) });
    const gone = await anna.deletePerson({ personId: made.id, etag: made.etag });
    const back = await anna.undeletePerson({ personId: made.id, etag: gone.etag });
    expect(back).toMatchObject({ affiliations: [at(shop)], deleteTime: undefined, etag: '3' });
  });
});
