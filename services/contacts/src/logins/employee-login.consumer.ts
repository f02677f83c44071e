import {
  EmployeeCreated,
  EmployeeDismissed,
  EmployeeImported,
  EmployeeUpdated,
} from '@rapport/contracts/rapport/contacts/v1/organization_events';
import type { CallContext } from '@rapport/service-kit/access';
import { type EventOf, PoisonError, Reaction } from '@rapport/service-kit/events';
import type { Tx } from '../prisma.service.js';
import { LoginsService } from './logins.service.js';

// An imported employee works here now: his login is no history.
const SUBSCRIBED = [EmployeeCreated, EmployeeImported, EmployeeUpdated, EmployeeDismissed] as const;

/** An employee with a username has a Keycloak user, in step with him. */
@Reaction({
  durable: 'contacts--employee-login',
  subscribes: SUBSCRIBED,
  since: 'beginning',
  // Each holds a connection while Keycloak answers: few at once leave the pool to the calls.
  concurrency: 2,
  rule: { resource: 'contacts.employee', action: 'read' },
})
export class EmployeeLogin {
  constructor(private readonly logins: LoginsService) {}

  async handle(ctx: CallContext, { message: { employee } }: EventOf<typeof SUBSCRIBED>, tx: Tx): Promise<void> {
    if (!employee) throw new PoisonError('The event carries no employee.');
    await this.logins.syncEmployee(ctx, tx, employee.id);
  }
}
