import type { Counterparty } from '@rapport/contracts/rapport/contacts/v1/counterparty';
import {
  CounterpartyCreated,
  CounterpartyDeleted,
  CounterpartyImported,
  CounterpartyTransferred,
  CounterpartyUndeleted,
  CounterpartyUpdated,
} from '@rapport/contracts/rapport/contacts/v1/counterparty_events';
import { event, type OutboxEvent } from '@rapport/service-kit/data';

export const counterpartyCreated = (counterparty: Counterparty): OutboxEvent =>
  event(CounterpartyCreated, { counterparty }, counterparty);

export const counterpartyImported = (counterparty: Counterparty): OutboxEvent =>
  event(CounterpartyImported, { counterparty }, counterparty);

export const counterpartyUpdated = (counterparty: Counterparty): OutboxEvent =>
  event(CounterpartyUpdated, { counterparty }, counterparty);

export const counterpartyDeleted = (counterparty: Counterparty): OutboxEvent =>
  event(CounterpartyDeleted, { counterparty }, counterparty);

export const counterpartyUndeleted = (counterparty: Counterparty): OutboxEvent =>
  event(CounterpartyUndeleted, { counterparty }, counterparty);

export const counterpartyTransferred = (counterparty: Counterparty): OutboxEvent =>
  event(CounterpartyTransferred, { counterparty }, counterparty);
