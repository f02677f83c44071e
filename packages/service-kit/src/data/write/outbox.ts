import type { BinaryWriter } from '@bufbuild/protobuf/wire';
import { v7 as uuidv7 } from 'uuid';
import { AppError } from '../../errors/app-error.js';
import { insideOf, type Transaction } from '../transaction.js';

/** An event message as generated. */
interface EventMessage<T> {
  readonly $type: string;
  encode(message: T): BinaryWriter;
}

/** What an event says of its aggregate; the resource itself says it. */
interface Aggregate {
  readonly id: string;
  /** The row's version. */
  readonly etag: string;
  readonly branchId?: string;
}

/** One event, ready to be added. */
export interface OutboxEvent {
  readonly type: string;
  readonly aggregateId: string;
  readonly version: number;
  readonly branchId: string;
  readonly payload: Uint8Array;
}

/** The broker's limit, with room for headers; larger rows would never arrive. */
const MAX_PAYLOAD = 1_000_000;

/** Builds an event of an aggregate from the generated message and the aggregate's whole new state. */
export function event<T>(message: EventMessage<T>, payload: T, aggregate: Aggregate): OutboxEvent {
  return {
    type: message.$type,
    aggregateId: aggregate.id,
    version: Number(aggregate.etag),
    branchId: aggregate.branchId ?? '',
    payload: message.encode(payload).finish(),
  };
}

export const outbox = {
  /**
   * Adds events to the journal, in the transaction of the rows that they tell
   * of. INVALID_ARGUMENT/TOO_LARGE for a row that no event can carry.
   */
  async add(tx: Transaction, ...events: readonly OutboxEvent[]): Promise<void> {
    if (events.length === 0) return;
    const inside = insideOf(tx);
    const { sql, ctx } = inside;
    for (const { payload } of events) {
      if (payload.length > MAX_PAYLOAD) {
        const size = `${Math.ceil(payload.length / 1_000)} kB`;
        throw new AppError(
          'INVALID_ARGUMENT',
          'TOO_LARGE',
          `With ${size} this is larger than a row may be (1,000 kB).`,
        );
      }
    }
    const column = <K extends keyof OutboxEvent>(name: K): OutboxEvent[K][] => events.map((one) => one[name]);
    await sql`
      insert into kit.outbox_event (event_id, aggregate_id, version, type, payload, branch_id, traceparent, actor)
      select e.event_id, e.aggregate_id, e.version, e.type, decode(e.payload, 'base64'), e.branch_id,
        ${ctx.traceparent}, ${ctx.principal.subject}
      from unnest(${events.map(() => uuidv7())}::uuid[], ${column('aggregateId')}::uuid[], ${column('version')}::int[],
        ${column('type')}::text[], ${column('branchId')}::text[],
        ${events.map(({ payload }) => Buffer.from(payload).toString('base64'))}::text[])
        as e(event_id, aggregate_id, version, type, branch_id, payload)`;
    inside.hasEvents = true;
  },
};
