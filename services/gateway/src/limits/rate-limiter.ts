/** How many calls one key may make. */
export interface RateRule {
  readonly perSecond: number;
  /** Calls that may come at once after a silence. */
  readonly burst: number;
}

/** The outcome of one call, in what the `RateLimit` headers and `Retry-After` tell. */
export interface RateVerdict {
  readonly allowed: boolean;
  readonly remaining: number;
  /** Seconds until the whole burst is there again. */
  readonly resetSeconds: number;
  /** Seconds until the next call is allowed; 0 when this one was. */
  readonly retryAfterSeconds: number;
}

/**
 * The generic cell rate algorithm: one number a key, the instant at which the
 * key would have used up what it has taken. Knows nothing of other processes:
 * behind several gateways each lets its part through.
 */
export class RateLimiter {
  private readonly due = new Map<string, number>();
  private readonly intervalMs: number;
  private readonly toleranceMs: number;

  constructor(
    private readonly rule: RateRule,
    private readonly maxKeys = 100_000,
  ) {
    this.intervalMs = 1000 / rule.perSecond;
    this.toleranceMs = this.intervalMs * rule.burst;
  }

  take(key: string, now: number): RateVerdict {
    const before = Math.max(this.due.get(key) ?? 0, now);
    const after = before + this.intervalMs;
    const allowed = after - now <= this.toleranceMs;
    const due = allowed ? after : before;
    if (allowed) this.remember(key, due, now);
    return {
      allowed,
      remaining: Math.max(0, Math.floor((this.toleranceMs - (due - now)) / this.intervalMs)),
      resetSeconds: Math.ceil((due - now) / 1000),
      retryAfterSeconds: allowed ? 0 : Math.max(1, Math.ceil((after - now - this.toleranceMs) / 1000)),
    };
  }

  get burst(): number {
    return this.rule.burst;
  }

  /** `burst` requests come back within so many seconds. */
  get windowSeconds(): number {
    return Math.max(1, Math.ceil(this.toleranceMs / 1000));
  }

  /** A key whose debt is paid off is as good as unknown, so only debtors are kept; beyond the bound the oldest goes. */
  private remember(key: string, due: number, now: number): void {
    this.due.delete(key);
    this.due.set(key, due);
    if (this.due.size <= this.maxKeys) return;
    for (const [oldest, value] of this.due) {
      if (this.due.size <= this.maxKeys && value > now) break;
      this.due.delete(oldest);
    }
  }
}
