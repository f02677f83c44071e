import { isUtf8 } from 'node:buffer';
import { AppError } from '@rapport/service-kit/errors';

/**
 * The body as JSON; undefined when it is empty. What the JSON may hold is for
 * the reader of the message: it knows which names exist and how deep they go.
 */
export function parseJsonBody(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  if (!isUtf8(body)) throw malformed('The body is not UTF-8.');
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw malformed('The body is not JSON.');
  }
}

function malformed(message: string): AppError {
  return new AppError('INVALID_ARGUMENT', 'INVALID_REQUEST', message, {}, [
    { field: 'body', description: message, reason: 'INVALID_JSON' },
  ]);
}
