import { insideOf, type Transaction } from '../transaction.js';

/**
 * Waits until no other transaction holds the lock of this name, and holds it to
 * the end of this one. For rules about several rows at once that no unique key
 * can keep: a tree without cycles, a series without gaps.
 */
export async function lock(tx: Transaction, name: string): Promise<void> {
  await insideOf(tx).sql`select pg_advisory_xact_lock(hashtextextended(${`lock ${name}`}, 0)) is null as done`;
}
