import type { Person } from '@rapport/contracts/rapport/contacts/v1/person';
import {
  PersonCreated,
  PersonDeleted,
  PersonImported,
  PersonTransferred,
  PersonUndeleted,
  PersonUpdated,
} from '@rapport/contracts/rapport/contacts/v1/person_events';
import { event, type OutboxEvent } from '@rapport/service-kit/data';

export const personCreated = (person: Person): OutboxEvent => event(PersonCreated, { person }, person);

export const personImported = (person: Person): OutboxEvent => event(PersonImported, { person }, person);

export const personUpdated = (person: Person): OutboxEvent => event(PersonUpdated, { person }, person);

export const personDeleted = (person: Person): OutboxEvent => event(PersonDeleted, { person }, person);

export const personUndeleted = (person: Person): OutboxEvent => event(PersonUndeleted, { person }, person);

export const personTransferred = (person: Person): OutboxEvent => event(PersonTransferred, { person }, person);
