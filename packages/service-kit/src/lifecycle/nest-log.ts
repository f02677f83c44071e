import type { LoggerService } from '@nestjs/common';
import { logger } from '../telemetry/logger.js';

const log = logger('nest');

/** Nest's own lines in our form. What it tells of its wiring at each start is for debugging. */
export class NestLog implements LoggerService {
  log(message: unknown, ...rest: unknown[]): void {
    log.debug({ context: rest.at(-1) }, String(message));
  }

  warn(message: unknown, ...rest: unknown[]): void {
    log.warn({ context: rest.at(-1) }, String(message));
  }

  error(message: unknown, ...rest: unknown[]): void {
    const err = [message, ...rest].find((it) => it instanceof Error);
    log.error({ context: rest.at(-1), err }, err ? 'Nest reports an error' : String(message));
  }
}
