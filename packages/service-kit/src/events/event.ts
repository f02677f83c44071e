import type { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { JsMsg } from '@nats-io/jetstream';
import { type MsgHdrs, headers } from '@nats-io/nats-core';
import type { Envelope } from '@rapport/contracts/rapport/event/v1/event';

/** An event message as ts-proto generates it: name, encoder, decoder. */
export interface EventType<T = unknown, N extends string = string> {
  readonly $type: N;
  encode(message: T, writer?: BinaryWriter): BinaryWriter;
  decode(input: Uint8Array): T;
}

/** One event as a handler gets it. */
export interface ReceivedEvent<T = unknown, N extends string = string> {
  /** Full name of the message; tells the members of a union apart. */
  readonly type: N;
  /** The decoded payload: the whole aggregate after the change. */
  readonly message: T;
  /** UUIDv7, the same on every road. */
  readonly eventId: string;
  readonly aggregateId: string;
  /** Version of the aggregate, from 1. */
  readonly version: number;
  /** When the cause happened, by its owner's database. */
  readonly occurTime: Date;
  /** Subject of the token that caused it; for audit only. */
  readonly actor: string;
  /** Branch of the aggregate; empty where it has none. */
  readonly branchId: string;
  readonly traceparent: string;
}

/** What a handler of these types receives: a union that `event.type` tells apart. */
export type EventOf<S extends readonly unknown[]> = {
  [K in keyof S]: S[K] extends { readonly $type: infer N extends string; decode(...input: never[]): infer T }
    ? ReceivedEvent<T, N>
    : never;
}[number];

const HEADER = {
  eventId: 'Nats-Msg-Id',
  type: 'rapport-type',
  aggregateId: 'rapport-aggregate-id',
  version: 'rapport-version',
  occurTime: 'rapport-occur-time',
  actor: 'rapport-actor',
  branchId: 'rapport-branch',
  traceparent: 'traceparent',
} as const;

/** What travels beside the payload. */
export type EventFacts = Omit<Envelope, 'payload' | 'journalSeq'>;

/** Writes the facts of an event as NATS headers. */
export function eventHeaders(event: EventFacts): MsgHdrs {
  const result = headers();
  result.set(HEADER.eventId, event.eventId);
  result.set(HEADER.type, event.type);
  result.set(HEADER.aggregateId, event.aggregateId);
  result.set(HEADER.version, event.version.toString());
  result.set(HEADER.occurTime, event.occurTime?.toISOString() ?? '');
  if (event.actor) result.set(HEADER.actor, event.actor);
  if (event.branchId) result.set(HEADER.branchId, event.branchId);
  if (event.traceparent) result.set(HEADER.traceparent, event.traceparent);
  return result;
}

/** Reads the event out of a message; headers that are not there read as empty, which no decoder accepts. */
export function envelopeOf(message: Pick<JsMsg, 'headers' | 'data'>): Envelope {
  const header = (name: string): string => message.headers?.get(name) ?? '';
  const version = header(HEADER.version);
  const occurTime = new Date(header(HEADER.occurTime));
  return {
    eventId: header(HEADER.eventId),
    type: header(HEADER.type),
    aggregateId: header(HEADER.aggregateId),
    version: /^\d{1,18}$/.test(version) ? BigInt(version) : 0n,
    occurTime: Number.isNaN(occurTime.getTime()) ? undefined : occurTime,
    actor: header(HEADER.actor),
    branchId: header(HEADER.branchId),
    traceparent: header(HEADER.traceparent),
    payload: message.data,
    journalSeq: 0n,
  };
}
