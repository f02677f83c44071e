import { AppError } from '@rapport/service-kit/errors';

/** Family name, given name and middle name, as lists show them. */
export function displayName(person: { familyName: string; givenName: string; middleName: string }): string {
  return [person.familyName, person.givenName, person.middleName].filter((part) => part !== '').join(' ');
}

/** @throws FAILED_PRECONDITION/ALREADY_DISMISSED */
export function assertEmployed(employee: { id: string; dismissDate: { value: string } | undefined }): void {
  if (!employee.dismissDate) return;
  throw new AppError('FAILED_PRECONDITION', 'ALREADY_DISMISSED', 'The employment has ended already.', {
    id: employee.id,
    dismissDate: employee.dismissDate.value,
  });
}
