const HOUR_MS = 3_600_000;

/** How long from `now` until the next time it is `hour` o'clock, UTC; a whole day when it is that now. */
export function msUntilHour(now: Date, hour: number): number {
  const next = new Date(now);
  next.setUTCHours(hour, 0, 0, 0);
  const wait = next.getTime() - now.getTime();
  return wait > 0 ? wait : wait + 24 * HOUR_MS;
}
