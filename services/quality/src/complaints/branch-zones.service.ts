import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { OrganizationServiceService } from '@rapport/contracts/rapport/contacts/v1/organization_service';
import type { CallContext } from '@rapport/service-kit/access';
import { createClient } from '@rapport/service-kit/grpc';
import { ServiceSettings } from '@rapport/service-kit/lifecycle';
import type { QualityConfig } from '../config.js';
import { Data } from '../prisma.service.js';

/** In which time zone each branch counts its days. */
@Injectable()
export class BranchZonesService implements OnModuleDestroy {
  private readonly organization;

  constructor(
    private readonly data: Data,
    { config }: ServiceSettings,
  ) {
    this.organization = createClient(OrganizationServiceService, (config as QualityConfig).CONTACTS_URL);
  }

  /**
   * The zone of a branch. One that was made a moment ago is not among the
   * copies yet: then contacts is asked, because a wrong day would stay in the
   * figures for ever.
   */
  async timeZoneOf(ctx: CallContext, branchId: string): Promise<string> {
    const copy = await this.data.branches.find(branchId);
    if (copy) return copy.timeZone;
    return (await this.organization.getBranch({ branchId, readMask: undefined }, { ctx })).timeZone;
  }

  onModuleDestroy(): void {
    this.organization.close();
  }
}
