import { DepartmentUpdated } from '@rapport/contracts/rapport/contacts/v1/organization_events';
import type { CallContext } from '@rapport/service-kit/access';
import { type EventOf, PoisonError, Reaction } from '@rapport/service-kit/events';
import type { Tx } from '../prisma.service.js';
import { LoginsService } from './logins.service.js';

/** A department that moves in the tree takes the logins of its people along. */
@Reaction({
  durable: 'contacts--logins-on-department-updated',
  subscribes: [DepartmentUpdated],
  // Each holds a connection while Keycloak answers: few at once leave the pool to the calls.
  concurrency: 2,
  rule: { resource: 'contacts.employee', action: 'read' },
})
export class LoginsOnDepartmentUpdated {
  constructor(private readonly logins: LoginsService) {}

  async handle(
    ctx: CallContext,
    { message: { department } }: EventOf<[typeof DepartmentUpdated]>,
    tx: Tx,
  ): Promise<void> {
    if (!department) throw new PoisonError('The event carries no department.');
    await this.logins.syncDepartment(ctx, tx, department.id);
  }
}
