export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * The level of the log, read before the configuration is: faults of the
 * configuration are logged too. An unknown word is `info`; the schema names it.
 */
export function logLevel(env: NodeJS.ProcessEnv = process.env): LogLevel {
  const wanted = env['LOG_LEVEL'];
  return LOG_LEVELS.find((level) => level === wanted) ?? 'info';
}

/** Whether lines may wait a moment before they are written: not where a person, or a test that may die, reads along. */
export function logsAreBuffered(env: NodeJS.ProcessEnv = process.env): boolean {
  return env['NODE_ENV'] === 'production';
}
