import { AppError } from '../../errors/app-error.js';
import type { Models } from '../rows/models.js';
import { isTakenExternalId, uniqueViolation } from '../transaction.js';

/** ALREADY_EXISTS for a unique key that a model declares; undefined for every other failure. */
export function takenUnique(error: unknown, models: Models): AppError | undefined {
  const index = uniqueViolation(error);
  if (index === undefined) return undefined;
  if (isTakenExternalId(error)) {
    return new AppError('ALREADY_EXISTS', 'EXTERNAL_ID_TAKEN', 'Another row has this external id.', {}, [], {
      cause: error,
    });
  }
  for (const model of models.all()) {
    for (const [column, reason] of Object.entries(model.unique)) {
      const name = column.replaceAll(/([A-Z])/g, '_$1').toLowerCase();
      if (index !== `${model.table}_${name}_key`) continue;
      const description = `Another ${model.name.toLowerCase()} has this ${name.replaceAll('_', ' ')}.`;
      return new AppError(
        'ALREADY_EXISTS',
        reason,
        description,
        {},
        [{ field: `${model.table}.${name}`, description, reason }],
        { cause: error },
      );
    }
  }
  return undefined;
}
