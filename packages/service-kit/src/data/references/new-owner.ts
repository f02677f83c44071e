import { OrganizationServiceService } from '@rapport/contracts/rapport/contacts/v1/organization_service';
import type { CallContext } from '../../access/context.js';
import { createClient, type ServiceClient } from '../../grpc/client.js';

/** Who is entitled to a row. */
export interface Owner {
  readonly ownerId: string;
  readonly departmentId: string;
  readonly branchId: string;
}

/** Completes a transfer's target: a department or branch that it does not name is the new owner's home. */
export class NewOwner {
  private client: ServiceClient<typeof OrganizationServiceService> | undefined;

  /** `contactsAddress` is called with the first transfer. */
  constructor(private readonly contactsAddress: () => string) {}

  /** Asks contacts under the caller's own rights; the ids have been checked as references before. */
  async complete(ctx: CallContext, { ownerId, departmentId, branchId }: Owner): Promise<Owner> {
    if (departmentId !== '' && branchId !== '') return { ownerId, departmentId, branchId };
    this.client ??= createClient(OrganizationServiceService, this.contactsAddress());
    const employee = await this.client.getEmployee({ employeeId: ownerId, readMask: undefined }, { ctx });
    return { ownerId, departmentId: departmentId || employee.departmentId, branchId: branchId || employee.branchId };
  }
}
