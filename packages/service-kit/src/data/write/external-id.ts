import type { ExternalId } from '@rapport/contracts/rapport/type/v1/type';
import type { Draft } from './new-rows.js';

interface WithExternalId {
  readonly externalId: ExternalId | undefined;
}

const keyOf = ({ source, key }: ExternalId): string => `${source}\n${key}`;

/** Drafts sorted out into those to be made and those that are there already. */
export interface SortedDrafts<M> {
  /** To be made, the first of each external id. */
  readonly fresh: readonly Draft<M>[];
  /** The answer for all drafts, in their order, from the messages made of `fresh` in theirs. */
  inOrder(made: readonly M[]): M[];
}

/**
 * Creating an external id again returns the row unchanged. `find` gives the
 * rows that have one of these external ids, as messages.
 */
export async function byExternalId<M extends WithExternalId>(
  drafts: readonly Draft<M>[],
  find: (where: { OR: { externalSource: string; externalKey: string }[] }) => Promise<M[]>,
): Promise<SortedDrafts<M>> {
  const asked = drafts.flatMap(({ message }) => message.externalId ?? []);
  const known = new Map<string, M>();
  if (asked.length > 0) {
    const found = await find({ OR: asked.map(({ source, key }) => ({ externalSource: source, externalKey: key })) });
    for (const message of found) if (message.externalId) known.set(keyOf(message.externalId), message);
  }
  const fresh: Draft<M>[] = [];
  const places = new Map<string, number>();
  const slots = drafts.map((draft): M | number => {
    const { externalId } = draft.message;
    const key = externalId && keyOf(externalId);
    const existing = key === undefined ? undefined : known.get(key);
    if (existing) return existing;
    const place = (key === undefined ? undefined : places.get(key)) ?? fresh.push(draft) - 1;
    if (key !== undefined) places.set(key, place);
    return place;
  });
  return { fresh, inOrder: (made) => slots.map((slot) => (typeof slot === 'number' ? made[slot]! : slot)) };
}
