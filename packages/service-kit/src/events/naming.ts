import { AppError } from '../errors.js';

/** Stream that holds what a service's consumers were told never to lose: advisories about given-up messages. */
export const ADVISORY_STREAM = 'RAPPORT_ADVISORIES';

const EVENT_TYPE = /^rapport\.([a-z][a-z0-9]*)\.(v\d+)\.([A-Z][A-Za-z0-9]*)$/;

/** A full event name taken apart. */
export interface EventName {
  /** For example `deals`. */
  readonly service: string;
  /** For example `v1`. */
  readonly apiVersion: string;
  /** For example `DealWon`. */
  readonly name: string;
}

/** Takes `rapport.deals.v1.DealWon` apart; refuses what is no event of Rapport. */
export function eventName(type: string): EventName {
  const match = EVENT_TYPE.exec(type);
  if (!match) {
    throw new AppError('INVALID_ARGUMENT', 'INVALID_REQUEST', `"${type}" is not the full name of an event.`, { type });
  }
  const [, service = '', apiVersion = '', name = ''] = match;
  return { service, apiVersion, name };
}

/** `DealWon` → `deal-won`. */
export function kebabCase(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1-$2')
    .toLowerCase();
}

/** Where one event is published: `rapport.deals.v1.deal-won.<aggregate id>`. */
export function eventSubject(type: string, aggregateId: string): string {
  return `${subjectStem(type)}.${aggregateId}`;
}

/** What a consumer of the type listens to: `rapport.deals.v1.deal-won.*`. */
export function filterSubject(type: string): string {
  return `${subjectStem(type)}.*`;
}

/** `deals` → `RAPPORT_DEALS`. */
export function streamName(service: string): string {
  return `RAPPORT_${service.toUpperCase()}`;
}

/** `deals` → `rapport.deals.>`. */
export function streamSubject(service: string): string {
  return `rapport.${service}.>`;
}

/** The service that owns an event type. */
export function serviceOf(type: string): string {
  return eventName(type).service;
}

function subjectStem(type: string): string {
  const { service, apiVersion, name } = eventName(type);
  return `rapport.${service}.${apiVersion}.${kebabCase(name)}`;
}
