import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  ReplayPolicy,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/nats-core';
import { type ConsumerDeclaration, typesFrom } from './declaration.js';
import { ADVISORY_STREAM, filterSubject, streamName, streamSubject } from './naming.js';

/** How streams are kept; production asks for three replicas. */
export interface StreamTuning {
  readonly replicas: number;
  /** The stream's one limit. The journal is the archive; this is how long a consumer may be away and still read on. */
  readonly maxAgeMs: number;
  /** Within it the broker recognises an event id that it has. */
  readonly duplicateWindowMs: number;
}

export const STREAM_TUNING: StreamTuning = { replicas: 1, maxAgeMs: 3 * 24 * 3_600_000, duplicateWindowMs: 120_000 };

/** How one consumer is kept on the broker. */
export interface ConsumerTuning {
  /** A handler that says nothing for so long has lost its event to another. */
  readonly ackWaitMs: number;
  /** Backstop; the sweeper finds what was given up by it. */
  readonly maxDeliver: number;
}

export const CONSUMER_TUNING: ConsumerTuning = { ackWaitMs: 30_000, maxDeliver: 200 };

/** Makes the service's stream when it is not there, brings its settings into step when it is. */
export async function ensureStream(jsm: JetStreamManager, service: string, tuning: StreamTuning): Promise<void> {
  await ensure(jsm, {
    name: streamName(service),
    description: `Events of ${service}`,
    subjects: [streamSubject(service)],
    duplicate_window: nanos(tuning.duplicateWindowMs),
    max_age: nanos(tuning.maxAgeMs),
    num_replicas: tuning.replicas,
  });
  await ensure(jsm, {
    name: ADVISORY_STREAM,
    description: 'Messages that the broker gave up or was told to give up',
    subjects: ['$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.>', '$JS.EVENT.ADVISORY.CONSUMER.MSG_TERMINATED.>'],
    max_age: nanos(7 * 24 * 3_600_000),
    num_replicas: tuning.replicas,
  });
}

async function ensure(jsm: JetStreamManager, wanted: Partial<StreamConfig> & { name: string }): Promise<void> {
  try {
    const { config } = await jsm.streams.info(wanted.name);
    const differs = (Object.keys(wanted) as (keyof StreamConfig)[]).some(
      (key) => String(config[key]) !== String(wanted[key]),
    );
    if (differs) await jsm.streams.update(wanted.name, wanted);
  } catch (error) {
    if (!isMissing(error)) throw error;
    await jsm.streams.add({
      ...wanted,
      storage: StorageType.File,
      retention: RetentionPolicy.Limits,
      // Beside max_age there is no other limit, so nothing is ever discarded for room.
      discard: DiscardPolicy.Old,
    });
  }
}

/** Makes the durable consumer when it is not there; where it is, its filter follows the declaration. */
export async function ensureConsumer(
  jsm: JetStreamManager,
  service: string,
  declaration: ConsumerDeclaration,
  registeredAt: Date,
  tuning: ConsumerTuning,
): Promise<void> {
  const stream = streamName(service);
  const changeable = {
    filter_subjects: typesFrom(declaration, service).map(filterSubject),
    ack_wait: nanos(tuning.ackWaitMs),
    max_deliver: tuning.maxDeliver,
    // Events that wait for their next try count as pending too: a few of them must not stop the others.
    max_ack_pending: Math.max(256, declaration.batchSize * 4),
  };
  try {
    await jsm.consumers.info(stream, declaration.durable);
    await jsm.consumers.update(stream, declaration.durable, changeable);
  } catch (error) {
    if (!isMissing(error, JetStreamApiCodes.ConsumerNotFound)) throw error;
    await jsm.consumers.add(stream, {
      ...changeable,
      durable_name: declaration.durable,
      ack_policy: AckPolicy.Explicit,
      replay_policy: ReplayPolicy.Instant,
      ...(declaration.since === 'beginning'
        ? { deliver_policy: DeliverPolicy.All }
        : { deliver_policy: DeliverPolicy.StartTime, opt_start_time: registeredAt.toISOString() }),
    });
  }
}

/** True for the broker's answer that it has no such stream (or consumer). */
export function isMissing(error: unknown, what: JetStreamApiCodes = JetStreamApiCodes.StreamNotFound): boolean {
  return error instanceof JetStreamApiError && error.code === what;
}
