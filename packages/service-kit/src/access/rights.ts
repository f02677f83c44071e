import type { MethodContract } from '../contracts.js';
import { AppError } from '../errors.js';
import type { Principal, RequiredRight } from './context.js';
import type { Grants } from './grants.js';

interface Caller {
  readonly principal: Principal;
  readonly grants: Grants;
}

/**
 * Checks an rpc's declared rule; PERMISSION_DENIED/NOT_PERMITTED without it.
 * Only that he may do it at all: on which rows is the query's predicate.
 */
export function checkRule(caller: Caller, { rule }: Pick<MethodContract, 'rule'>): RequiredRight {
  const { resource, action, callers } = rule;
  if (callers === 'AUTHENTICATED') return { resource: '', action: '' };
  if (callers === 'SERVICES' && !isServiceClient(caller.principal)) {
    throw new AppError('PERMISSION_DENIED', 'NOT_PERMITTED', 'Only services of the platform may call this.');
  }
  requireRight(caller, resource, action);
  return { resource, action };
}

/** Checks a right that depends on the data; the rpc's own rule has been checked before the use case begins. */
export function requireRight({ grants }: Pick<Caller, 'grants'>, resource: string, action: string): void {
  if (grants.may(resource, action)) return;
  throw new AppError('PERMISSION_DENIED', 'NOT_PERMITTED', `You may not do this: ${action} on ${resource}.`, {
    resource,
    action,
  });
}

/** A client's own token; a person with a service principal (the importer) is none. */
function isServiceClient({ kind, azp, username }: Principal): boolean {
  return kind === 'service' && azp.startsWith('svc-') && username === `service-account-${azp}`;
}
