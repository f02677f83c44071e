import { absent } from '../../access/prune.js';
import { contracts } from '../../contracts/contracts.js';
import { camelCase } from '../rows/catalogue.js';

/**
 * A resource with only the fields that the request's read_mask names; whole
 * without one. `id` and `etag` are always there: without them nobody could do
 * anything with it. Names have been checked before the use case began.
 */
export function readMasked<T extends object>(message: T, readMask: readonly string[] | undefined, resource: string): T {
  if (!readMask || readMask.length === 0) return message;
  const wanted = new Set(['id', 'etag', ...readMask.map((path) => camelCase(path.split('.')[0]!))]);
  const entries = contracts
    .resource(resource)
    .desc.fields.map((field) => [
      field.localName,
      wanted.has(field.localName) ? (message as Record<string, unknown>)[field.localName] : absent(field),
    ]);
  return Object.fromEntries(entries) as T;
}
