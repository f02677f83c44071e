import { AppError } from '../errors.js';

/** Keycloak gave no answer and nothing remembered can stand in for one: neither allow nor an empty list. */
export function keycloakUnavailable(cause: unknown): AppError {
  return new AppError('UNAVAILABLE', 'KEYCLOAK_UNAVAILABLE', 'Rights cannot be checked at the moment.', {}, [], {
    cause,
  });
}
