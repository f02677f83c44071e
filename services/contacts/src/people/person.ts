import { AppError, type FieldViolation } from '@rapport/service-kit/errors';

/** Family name, given name and middle name, as lists show them. */
export function displayName(person: { familyName: string; givenName: string; middleName: string }): string {
  return [person.familyName, person.givenName, person.middleName].filter((part) => part !== '').join(' ');
}

/**
 * Checks where a person works: each counterparty once, one main place at most.
 * `at` is where the person stands in the request.
 *
 * @throws INVALID_ARGUMENT/INVALID_REQUEST
 */
export function assertAffiliations(
  affiliations: readonly { counterpartyId: string; main: boolean }[],
  at: string,
): void {
  const violations: FieldViolation[] = [];
  const seen = new Set<string>();
  let hasMain = false;
  affiliations.forEach(({ counterpartyId, main }, index) => {
    const path = `${at}.affiliations[${index}]`;
    if (seen.has(counterpartyId)) {
      violations.push({ field: `${path}.counterparty_id`, description: 'stands twice', reason: 'REPEATED' });
    }
    if (main && hasMain)
      violations.push({
        field: `${path}.main`,
        description: 'only one place can be the main one',
        reason: 'SECOND_MAIN',
      });
    seen.add(counterpartyId);
    hasMain ||= main;
  });
  if (violations.length > 0)
    throw new AppError('INVALID_ARGUMENT', 'INVALID_REQUEST', 'The request is not valid.', {}, violations);
}
