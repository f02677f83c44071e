import type { Schema } from './constraints.js';
import { refer } from './problem-schema.js';

/** What is the gateway's own and no rpc: the session and the stream of changes. */
export const gatewayPaths: Readonly<Record<string, Schema>> = {
  '/v1/session': {
    get: {
      operationId: 'getSession',
      tags: ['Session'],
      summary: 'Says who you are',
      responses: {
        '200': { description: 'Who calls.', content: { 'application/json': { schema: refer('schemas', 'Session') } } },
        '401': refer('responses', 'Unauthorized'),
        '429': refer('responses', 'TooManyRequests'),
        '503': refer('responses', 'Unavailable'),
      },
    },
  },
  '/v1/session/logout': {
    post: {
      operationId: 'logout',
      tags: ['Session'],
      summary: 'Ends the session, here and at the login service',
      security: [{ session: [], csrf: [] }],
      responses: {
        '204': { description: 'The session has ended.' },
        '401': refer('responses', 'Unauthorized'),
        '403': refer('responses', 'Forbidden'),
      },
    },
  },
  '/v1/notifications': {
    get: {
      operationId: 'streamNotifications',
      tags: ['Notifications'],
      summary: 'Streams changes of what you may read, as server-sent events',
      description:
        'The event is the resource, for example `deals.deal`; its data is `{type, id, version, <noun>}` with the row as you may read it. ' +
        'Changes made before the stream began are not repeated; read anew after an interruption. ' +
        'The stream ends with the event `end` when the login or the rights end, or when it is read too slowly.',
      responses: {
        '200': { description: 'The stream.', content: { 'text/event-stream': { schema: { type: 'string' } } } },
        '401': refer('responses', 'Unauthorized'),
        '429': refer('responses', 'TooManyRequests'),
        '503': refer('responses', 'Unavailable'),
      },
    },
  },
};

const texts: Schema = { type: 'array', items: { type: 'string' } };

export const gatewaySchemas: Readonly<Record<string, Schema>> = {
  Session: {
    type: 'object',
    description: 'Who calls.',
    required: ['kind', 'username', 'displayName', 'branchIds', 'departmentPaths'],
    properties: {
      kind: { type: 'string', enum: ['employee', 'service'] },
      username: { type: 'string' },
      displayName: { type: 'string' },
      employeeId: { type: 'string', description: 'Absent for a program.' },
      branchIds: texts,
      departmentPaths: { ...texts, description: 'Paths of department ids, root first, joined by "/".' },
      homeBranchId: { type: 'string' },
      homeDepartmentId: { type: 'string' },
      csrfToken: { type: 'string', description: 'For X-CSRF-Token; absent for a bearer token, which needs none.' },
    },
  },
};
