import { insideOf, type Transaction } from '../transaction.js';

/**
 * Waits until no other transaction holds the lock of this name, and holds it to
 * the end of this one. For rules about several rows at once that no unique key
 * can keep: a tree without cycles, a series without gaps. `shared` waits for
 * exclusive holders alone: for those who must not see such a rule change under
 * them, and do not disturb each other.
 */
export async function lock(tx: Transaction, name: string, mode: 'exclusive' | 'shared' = 'exclusive'): Promise<void> {
  const { sql } = insideOf(tx);
  if (mode === 'shared') {
    await sql`select pg_advisory_xact_lock_shared(hashtextextended(${`lock ${name}`}, 0)) is null as done`;
  } else {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`lock ${name}`}, 0)) is null as done`;
  }
}
