import { type DynamicModule, Inject, Module, type Type } from '@nestjs/common';
import { ReferencesServiceService } from '@rapport/contracts/rapport/access/v1/references_service';
import { OrganizationServiceService } from '@rapport/contracts/rapport/contacts/v1/organization_service';
import type { CallContext } from '../access/context.js';
import { HandlerTransactions } from '../events/processing.js';
import { CallHooks } from '../grpc/call-hooks.js';
import { createClient, type ServiceClient } from '../grpc/client.js';
import { KitRpcs } from '../grpc/kit-rpcs.js';
import { Lifecycle, LIFECYCLE_ORDER } from '../lifecycle/lifecycle.js';
import { ServiceSettings } from '../lifecycle/service-settings.js';
import { logger } from '../telemetry/logger.js';
import type { BranchFacts } from './branches.js';
import { NewOwner } from './references/new-owner.js';
import { References } from './references/references.js';
import { ServiceData } from './service-data.js';
import { auditProtectedRead } from './write/protected-reads.js';
import { ReadAudit } from './write/read-audit.js';

const log = logger('data');

/** Records of request ids are kept a day; they are cleared away every quarter of an hour. */
const CLEANUP_MS = 15 * 60_000;

/**
 * Gives a service its data: add `dataModule(Data)` to the imports of AppModule.
 * `Data` can then be injected everywhere; every request's references are
 * checked before its handler runs, every protected read is written down before
 * its answer leaves, and other services' reference checks are answered.
 */
export function dataModule<T extends ServiceData<object>>(Data: Type<T>): DynamicModule {
  return {
    module: DataModule,
    global: true,
    providers: [
      Data,
      { provide: ServiceData, useExisting: Data },
      { provide: HandlerTransactions, useExisting: Data },
      {
        provide: NewOwner,
        useFactory: (settings: ServiceSettings) => new NewOwner(() => addressOf(settings, 'contacts')),
        inject: [ServiceSettings],
      },
    ],
    exports: [Data, HandlerTransactions, NewOwner],
  };
}

@Module({})
class DataModule {
  private cleanup: NodeJS.Timeout | undefined;
  private organization: ServiceClient<typeof OrganizationServiceService> | undefined;

  constructor(
    @Inject(ServiceData) private readonly data: ServiceData<object>,
    settings: ServiceSettings,
    lifecycle: Lifecycle,
    rpcs: KitRpcs,
    hooks: CallHooks,
  ) {
    if (settings.name !== 'contacts') data.branches.askMaster((ctx, id) => this.askContacts(ctx, id, settings));
    const references = new References(data, settings.name, (service) => addressOf(settings, service));
    rpcs.add(ReferencesServiceService, { checkReferences: (request, ctx) => references.answer(ctx, request) });
    hooks.beforeHandler((ctx, { desc }, request) => references.check(ctx, desc.input, request));
    const reads = new ReadAudit(data.sql);
    hooks.beforeAnswer((ctx, { desc }, answer) => auditProtectedRead(reads, ctx, desc.output, answer));
    lifecycle.add({
      name: 'database',
      order: LIFECYCLE_ORDER.DATABASE,
      start: () => this.start(),
      stop: () => this.stop(),
    });
  }

  private async askContacts(ctx: CallContext, id: string, settings: ServiceSettings): Promise<BranchFacts> {
    this.organization ??= createClient(OrganizationServiceService, addressOf(settings, 'contacts'));
    return this.organization.getBranch({ branchId: id, readMask: undefined }, { ctx });
  }

  private async start(): Promise<void> {
    await this.data.connect();
    this.cleanup = setInterval(() => void this.clearRequestRecords(), CLEANUP_MS);
    this.cleanup.unref();
  }

  private async stop(): Promise<void> {
    clearInterval(this.cleanup);
    this.organization?.close();
    await this.data.disconnect();
  }

  private async clearRequestRecords(): Promise<void> {
    try {
      await this.data.sql`delete from kit.request_record where create_time < now() - interval '24 hours'`;
    } catch (err) {
      log.warn({ event: 'data.cleanup_failed', err });
    }
  }
}

function addressOf({ name, config }: ServiceSettings, service: string): string {
  const variable = `${service.toUpperCase()}_URL`;
  const address = (config as Readonly<Record<string, unknown>>)[variable];
  if (typeof address === 'string') return address;
  throw new Error(
    `${name} refers to rows of ${service}: its config must name ${variable} (serviceConfig({ calls: ['${service}'] })).`,
  );
}
