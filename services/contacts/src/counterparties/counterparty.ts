import { AppError } from '@rapport/service-kit/errors';

/** Levels of a holding; more is a mistake in the data. */
const MAX_LEVELS = 100;

/**
 * Checks that a counterparty may stand below another: not below itself.
 * `parentOf` tells the parent of any counterparty, null at the top.
 *
 * @throws FAILED_PRECONDITION/COUNTERPARTY_CYCLE
 */
export async function assertNoCycle(
  id: string,
  parentId: string,
  parentOf: (id: string) => Promise<string | null>,
): Promise<void> {
  let above: string | null = parentId;
  for (let level = 0; above !== null; level += 1) {
    if (above === id || level > MAX_LEVELS) {
      throw new AppError('FAILED_PRECONDITION', 'COUNTERPARTY_CYCLE', 'A holding cannot contain itself.', {
        id,
        parentId,
      });
    }
    above = await parentOf(above);
  }
}
