let second = -1;
let prefix = '';

/** pino's `time` in ISO 8601; formats the calendar part once a second, because a line is written for every call. */
export function isoTime(): string {
  const now = Date.now();
  const current = Math.floor(now / 1000);
  if (current !== second) {
    second = current;
    prefix = `,"time":"${new Date(current * 1000).toISOString().slice(0, 20)}`;
  }
  return `${prefix}${String(now - current * 1000).padStart(3, '0')}Z"`;
}
