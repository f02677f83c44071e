import { isTimeZone } from '@rapport/service-kit/dates';
import { AppError } from '@rapport/service-kit/errors';

/** Checks that business dates can follow a branch's zone; `at` is where it stands in the request. */
export function assertTimeZone(timeZone: string, at: string): void {
  if (isTimeZone(timeZone)) return;
  const description = 'must be a time zone of the IANA database, for example Europe/Kyiv';
  throw new AppError('INVALID_ARGUMENT', 'INVALID_REQUEST', 'The request is not valid.', {}, [
    { field: `${at}.time_zone`, description, reason: 'TIME_ZONE' },
  ]);
}
