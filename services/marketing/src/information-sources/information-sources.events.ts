import type { InformationSource } from '@rapport/contracts/rapport/marketing/v1/information_source';
import {
  InformationSourceCreated,
  InformationSourceDeleted,
  InformationSourceImported,
  InformationSourceUndeleted,
  InformationSourceUpdated,
} from '@rapport/contracts/rapport/marketing/v1/information_source_events';
import { event, type OutboxEvent } from '@rapport/service-kit/data';

export const informationSourceCreated = (informationSource: InformationSource): OutboxEvent =>
  event(InformationSourceCreated, { informationSource }, informationSource);

export const informationSourceImported = (informationSource: InformationSource): OutboxEvent =>
  event(InformationSourceImported, { informationSource }, informationSource);

export const informationSourceUpdated = (informationSource: InformationSource): OutboxEvent =>
  event(InformationSourceUpdated, { informationSource }, informationSource);

export const informationSourceDeleted = (informationSource: InformationSource): OutboxEvent =>
  event(InformationSourceDeleted, { informationSource }, informationSource);

export const informationSourceUndeleted = (informationSource: InformationSource): OutboxEvent =>
  event(InformationSourceUndeleted, { informationSource }, informationSource);
