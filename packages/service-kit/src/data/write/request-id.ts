import { createHash } from 'node:crypto';
import type { BinaryWriter } from '@bufbuild/protobuf/wire';
import { AppError } from '../../errors/app-error.js';
import { insideOf, type Transaction } from '../transaction.js';

interface Codec<T> {
  readonly $type: string;
  encode(message: T): BinaryWriter;
  decode(bytes: Uint8Array): T;
}

/**
 * Does a create once for each request_id of a caller, within 24 hours: a
 * repeated call gets the first answer. The record commits with the effect.
 *
 * ABORTED/REQUEST_IN_PROGRESS while the first call still runs;
 * INVALID_ARGUMENT/REQUEST_ID_REUSED for the same id with another request.
 * Ids of different callers never meet.
 */
export async function once<Q extends { requestId: string }, A>(
  tx: Transaction,
  [requestCodec, request]: readonly [Codec<Q>, Q],
  answerCodec: Codec<A>,
  work: () => Promise<A>,
): Promise<A> {
  if (request.requestId === '') return work();
  const { sql, ctx } = insideOf(tx);
  const caller = ctx.principal.subject;
  const hash = createHash('sha256').update(requestCodec.$type).update(requestCodec.encode(request).finish()).digest();
  await lock(tx, caller, request.requestId);
  const [first] = await sql<{ body_hash: Uint8Array; response: Uint8Array }>`
    select body_hash, response from kit.request_record
    where caller = ${caller} and key = ${request.requestId} and create_time > now() - interval '24 hours'`;
  if (first) {
    if (!hash.equals(first.body_hash)) {
      throw new AppError('INVALID_ARGUMENT', 'REQUEST_ID_REUSED', 'This request_id was used for another request.');
    }
    return answerCodec.decode(new Uint8Array(first.response));
  }
  const answer = await work();
  await sql`
    insert into kit.request_record (caller, key, body_hash, response)
    values (${caller}, ${request.requestId}, ${hash}, ${Buffer.from(answerCodec.encode(answer).finish())})
    on conflict (caller, key) do update set body_hash = excluded.body_hash, response = excluded.response, create_time = now()`;
  return answer;
}

/** Held to the end of the transaction; a second call is told instead of waiting. */
async function lock(tx: Transaction, caller: string, key: string): Promise<void> {
  const [row] = await insideOf(tx).sql<{ locked: boolean }>`
    select pg_try_advisory_xact_lock(hashtextextended(${`request_id ${caller} ${key}`}, 0)) as locked`;
  if (!row?.locked)
    throw new AppError('ABORTED', 'REQUEST_IN_PROGRESS', 'The first call with this request_id still runs.');
}
