import {
  BranchCreated,
  BranchDeleted,
  BranchImported,
  BranchUndeleted,
  BranchUpdated,
  DepartmentCreated,
  DepartmentDeleted,
  DepartmentImported,
  DepartmentUndeleted,
  DepartmentUpdated,
} from '@rapport/contracts/rapport/contacts/v1/organization_events';
import {
  type ConsumerDeclaration,
  type ProjectionHandler,
  type RegisteredConsumer,
  projectionDeclaration,
} from './declaration.js';
import type { EventOf, EventType } from './event.js';
import { PoisonError } from './failure.js';
import type { LocalCopies } from './local-copies.js';

const BRANCH_EVENTS = [BranchCreated, BranchImported, BranchUpdated, BranchDeleted, BranchUndeleted] as const;
const DEPARTMENT_EVENTS = [
  DepartmentCreated,
  DepartmentImported,
  DepartmentUpdated,
  DepartmentDeleted,
  DepartmentUndeleted,
] as const;

/** What every service knows of the company's branches and departments: row scopes and business dates need it. */
export function organizationCopies(service: string, copies: LocalCopies): RegisteredConsumer[] {
  return [
    projection(projectionDeclaration({ durable: `${service}--branch-copy`, subscribes: BRANCH_EVENTS }), {
      apply: (events: readonly EventOf<typeof BRANCH_EVENTS>[]) =>
        copies.applyIfNewer(
          'kit.branch_copy',
          events.map(({ aggregateId, version, message: { branch } }) => {
            if (!branch) throw new PoisonError('The event carries no branch.');
            return { id: aggregateId, version, time_zone: branch.timeZone, currency_code: branch.currencyCode };
          }),
        ),
      digest: (range) => copies.digest('kit.branch_copy', range),
    }),
    projection(projectionDeclaration({ durable: `${service}--department-copy`, subscribes: DEPARTMENT_EVENTS }), {
      apply: (events: readonly EventOf<typeof DEPARTMENT_EVENTS>[]) =>
        copies.applyIfNewer(
          'kit.department_copy',
          events.map(({ aggregateId, version, message: { department } }) => {
            if (!department) throw new PoisonError('The event carries no department.');
            return {
              id: aggregateId,
              version,
              parent_id: department.parentId || null,
              branch_id: department.branchId || null,
            };
          }),
        ),
      digest: (range) => copies.digest('kit.department_copy', range),
    }),
  ];
}

function projection<S extends readonly EventType[]>(
  declaration: ConsumerDeclaration,
  handler: ProjectionHandler<S>,
): RegisteredConsumer {
  return { declaration: { ...declaration, kind: 'projection' }, handler: handler as ProjectionHandler };
}
