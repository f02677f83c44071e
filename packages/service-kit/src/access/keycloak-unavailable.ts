import { AppError } from '../errors.js';
import { logger } from '../telemetry.js';

const log = logger('access');
/** A Keycloak that is away fails every call: one line in this time says it. */
const QUIET_MS = 10_000;
let quietUntil = 0;

/**
 * Keycloak gave no answer and nothing remembered can stand in for one: neither
 * allow nor an empty list. The caller learns no more than that; the operator
 * needs the cause, which may be as plain as a wrong client secret.
 */
export function keycloakUnavailable(cause: unknown): AppError {
  if (Date.now() >= quietUntil) {
    quietUntil = Date.now() + QUIET_MS;
    log.warn({ event: 'access.keycloak-unavailable', err: cause }, 'Keycloak gave no answer.');
  }
  return new AppError('UNAVAILABLE', 'KEYCLOAK_UNAVAILABLE', 'Rights cannot be checked at the moment.', {}, [], {
    cause,
  });
}
