import type { Schema } from './constraints.js';

/** The body of every error (RFC 9457). */
export const problemSchema: Schema = {
  type: 'object',
  description: 'What went wrong. `reason` is for programs and never changes; `detail` is for people.',
  required: ['type', 'title', 'status', 'reason', 'detail', 'traceId'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string', description: 'The words of the status.' },
    status: { type: 'integer', description: 'The HTTP status.' },
    reason: { type: 'string', description: 'For programs, UPPER_SNAKE_CASE.' },
    detail: { type: 'string', description: 'One sentence for people.' },
    errors: {
      type: 'array',
      description: 'The fields at fault, all of them.',
      items: {
        type: 'object',
        required: ['field', 'description', 'reason'],
        properties: { field: { type: 'string' }, description: { type: 'string' }, reason: { type: 'string' } },
      },
    },
    traceId: { type: 'string', description: 'Tell it to whoever is asked for help.' },
  },
};

const PROBLEMS: Readonly<Record<string, string>> = {
  BadRequest: 'The request is not valid: `UNKNOWN_FIELD`, `INVALID_REQUEST`, `UNKNOWN_REFERENCE` and the like.',
  Unauthorized: 'No valid login.',
  Forbidden: 'You may not do this, or not to this field or row.',
  NotFound: 'It does not exist, or not for you.',
  Conflict: 'Its present state does not allow this.',
  Stale: 'It changed, or your rights did, since you read it.',
  EtagRequired: 'Send If-Match with the ETag of the version that you change.',
  TooManyRequests: 'Too many requests; Retry-After says when to try again.',
  Unavailable: 'A part of the platform does not answer; try again later.',
};

export const problemResponses: Readonly<Record<string, Schema>> = Object.fromEntries(
  Object.entries(PROBLEMS).map(([name, description]) => [
    name,
    { description, content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } },
  ]),
);

export const refer = (kind: 'responses' | 'parameters' | 'headers' | 'schemas', name: string): Schema => ({
  $ref: `#/components/${kind}/${name}`,
});
