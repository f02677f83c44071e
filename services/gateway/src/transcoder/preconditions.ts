/**
 * ETags of resources: `"<version>.<access hash>"`. The version is the row's, the
 * hash that of the caller's rights, so that a representation seen under other
 * rights is never taken for the present one. `If-Match` takes the version alone
 * too: rows of a list have their member `etag` and no header of their own.
 */
import { createHash } from 'node:crypto';
import { AppError } from '@rapport/service-kit/errors';

const LIST = /^\s*(?:W\/)?"[\x21\x23-\x7e\x80-\uffff]*"(?:\s*,\s*(?:W\/)?"[\x21\x23-\x7e\x80-\uffff]*")*\s*$/;
const ENTRY = /(W\/)?"([^"]*)"/g;

export function resourceEtag(version: string, accessHash: string): string {
  return `"${version}.${accessHash}"`;
}

/**
 * The row version that an `If-Match` header stands for, or undefined without
 * the header. Weak tags never match (RFC 9110, 13.1.1); `*` is refused like no
 * header at all, because a change must say which version it is a change of.
 */
export function versionFromIfMatch(header: string | undefined, accessHash: string): string | undefined {
  if (header === undefined) return undefined;
  if (header.trim() === '*') throw etagRequired();
  if (!LIST.test(header)) {
    throw new AppError('INVALID_ARGUMENT', 'INVALID_REQUEST', 'The header If-Match is malformed.', {}, [
      {
        field: 'If-Match',
        description: 'must be an ETag as this API sends it, in double quotes',
        reason: 'INVALID_HEADER',
      },
    ]);
  }
  const versions = entries(header).flatMap(({ weak, tag }) => (weak ? [] : (versionOf(tag, accessHash) ?? [])));
  const [only] = versions;
  // One tag of several cannot be chosen without knowing the row; the service compares exactly one version.
  if (only === undefined || versions.length > 1) throw staleEtag();
  return only;
}

/** A row's own member `etag`, as lists and batches give it, is its version alone: it names no representation. */
function versionOf(tag: string, accessHash: string): string | undefined {
  if (/^\d+$/.test(tag)) return tag;
  const current = `.${accessHash}`;
  return tag.endsWith(current) ? tag.slice(0, -current.length) : undefined;
}

/** Whether the representation that the caller holds is the present one (weak comparison, as for every GET). */
export function matchesIfNoneMatch(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  const wanted = etag.slice(1, -1);
  return entries(header).some(({ tag }) => tag === wanted);
}

/** Everything that the text of a figure depends on, as one ETag: what differs in any of them is another representation. */
export function figureEtag(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    hash.update(String(part.length)).update(':').update(part);
  }
  return `"${hash.digest('base64url').slice(0, 27)}"`;
}

export const etagRequired = (): AppError =>
  new AppError('FAILED_PRECONDITION', 'ETAG_REQUIRED', 'Send If-Match with the ETag of the version that you change.');

export const staleEtag = (): AppError =>
  new AppError('ABORTED', 'STALE_ETAG', 'It changed, or your rights did, since you read it. Read it again.');

function entries(header: string): { weak: boolean; tag: string }[] {
  return [...header.matchAll(ENTRY)].map(([, weak, tag]) => ({ weak: weak !== undefined, tag: tag ?? '' }));
}
