import type { Deal } from '@rapport/contracts/rapport/deals/v1/deal';
import {
  DealCreated,
  DealDeleted,
  DealImported,
  DealLost,
  DealMoved,
  DealTransferred,
  DealUndeleted,
  DealUpdated,
  DealWon,
} from '@rapport/contracts/rapport/deals/v1/deal_events';
import { event, type OutboxEvent } from '@rapport/service-kit/data';

export const dealCreated = (deal: Deal): OutboxEvent => event(DealCreated, { deal }, deal);

export const dealImported = (deal: Deal): OutboxEvent => event(DealImported, { deal }, deal);

export const dealUpdated = (deal: Deal): OutboxEvent => event(DealUpdated, { deal }, deal);

export const dealDeleted = (deal: Deal): OutboxEvent => event(DealDeleted, { deal }, deal);

export const dealUndeleted = (deal: Deal): OutboxEvent => event(DealUndeleted, { deal }, deal);

export const dealTransferred = (deal: Deal): OutboxEvent => event(DealTransferred, { deal }, deal);

export const dealMoved = (deal: Deal): OutboxEvent => event(DealMoved, { deal }, deal);

export const dealWon = (deal: Deal): OutboxEvent => event(DealWon, { deal }, deal);

export const dealLost = (deal: Deal): OutboxEvent => event(DealLost, { deal }, deal);
