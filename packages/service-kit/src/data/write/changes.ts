import { type DescMessage } from '@bufbuild/protobuf';
import { contracts } from '../../contracts/contracts.js';
import { AppError } from '../../errors/app-error.js';
import { camelCase } from '../rows/catalogue.js';
import { isSet } from './new-rows.js';

/** The row version that an etag names. FAILED_PRECONDITION/ETAG_REQUIRED without one, ABORTED/STALE_ETAG for one that is none. */
export function versionOf(etag: string): number {
  if (etag === '')
    throw new AppError(
      'FAILED_PRECONDITION',
      'ETAG_REQUIRED',
      'Send the etag that you read: nobody should overwrite what he has not seen.',
    );
  if (!/^\d{1,9}$/.test(etag))
    throw new AppError('ABORTED', 'STALE_ETAG', 'This is no etag of this row: read it again.');
  return Number(etag);
}

/**
 * The fields that an update changes, lowerCamelCase: those that the mask names
 * (a path below a field names the whole field, but `attributes.colour` only
 * this attribute), or without a mask those that the message sets.
 * INVALID_ARGUMENT/INVALID_REQUEST when there are none.
 */
export function changedFields(
  resource: string,
  message: object,
  updateMask: readonly string[] | undefined,
): ReadonlySet<string> {
  const { desc } = contracts.resource(resource);
  const fields = new Set(
    updateMask && updateMask.length > 0 ? updateMask.map((path) => topLevel(desc, path)) : populated(desc, message),
  );
  if (fields.size === 0)
    throw new AppError('INVALID_ARGUMENT', 'INVALID_REQUEST', 'The update names no field to change.');
  return fields;
}

/** Of a resource with attributes, what they were: an update names them one by one. */
type Before<T> = T extends { readonly attributes: unknown }
  ? [before: { readonly attributes: object | undefined }]
  : [];

/** Those columns of a resource whose fields are changed. */
export function changedColumns<T extends object>(
  all: T,
  fields: ReadonlySet<string>,
  ...[before]: Before<T>
): Partial<T> {
  const changed = Object.entries(all).filter(
    ([column]) => fields.has(column) || fields.has(column.replace(/Currency$/, '')),
  );
  const columns = Object.fromEntries(changed) as Partial<T>;
  const keys = [...fields].flatMap((field) => (field.startsWith(ATTRIBUTE) ? field.slice(ATTRIBUTE.length) : []));
  if (keys.length === 0 || fields.has('attributes')) return columns;
  const wanted = (all as { attributes?: object }).attributes;
  return { ...columns, attributes: changedAttributes(before?.attributes, wanted, keys) };
}

/** An attribute that is not there any more, or null, is cleared; those that the update does not name stay. */
function changedAttributes(before: object | undefined, wanted: object | undefined, keys: readonly string[]): object {
  const given = new Map(Object.entries(wanted ?? {}));
  const kept = Object.entries(before ?? {}).filter(([key]) => !keys.includes(key));
  return Object.fromEntries([
    ...kept,
    ...keys.flatMap((key) => ((given.get(key) ?? null) === null ? [] : [[key, given.get(key)]])),
  ]);
}

/** What every change does to its row. */
export function nextVersion(now: Date) {
  return { version: { increment: 1 }, updateTime: now };
}

const ATTRIBUTE = 'attributes.';

function topLevel(desc: DescMessage, path: string): string {
  if (path.startsWith(ATTRIBUTE)) return path;
  const [name = ''] = path.split('.');
  const field = desc.fields.find((candidate) => candidate.name === name || candidate.jsonName === name);
  return field?.localName ?? camelCase(name);
}

/** Output-only fields come back with a message that was read; they are not meant to be changed. */
function populated(desc: DescMessage, message: object): string[] {
  return desc.fields
    .filter((field) => {
      const { outputOnly, immutable, importOnly } = contracts.fieldRule(field);
      return !outputOnly && !immutable && !importOnly && isSet((message as Record<string, unknown>)[field.localName]);
    })
    .map((field) => field.localName);
}
