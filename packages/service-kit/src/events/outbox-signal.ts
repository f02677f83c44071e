const listeners = new Set<() => void>();

/**
 * Says that a transaction with events has committed in this process. The data sub-path calls it; the relay looks at
 * once instead of at its next turn. Nothing depends on it but latency.
 */
export function outboxCommitted(): void {
  for (const listener of listeners) listener();
}

/** Listens to commits; returns how to stop listening. */
export function onOutboxCommitted(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
