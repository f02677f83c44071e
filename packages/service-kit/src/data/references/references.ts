import type { DescMessage } from '@bufbuild/protobuf';
import {
  type CheckReferencesRequest,
  type CheckReferencesResponse,
  type ReferenceSet,
  ReferencesServiceService,
} from '@rapport/contracts/rapport/access/v1/references_service';
import type { CallContext } from '../../access/context.js';
import { AppError, type FieldViolation } from '../../errors/app-error.js';
import { createClient } from '../../grpc/client.js';
import type { ServiceData } from '../service-data.js';
import { collectReferences } from './collect.js';

/** What asks the owner of references: `ReferencesService` of another service. */
interface ReferencesClient {
  checkReferences(request: CheckReferencesRequest, options: { ctx: CallContext }): Promise<CheckReferencesResponse>;
}

/** Ids in one set of a question. */
const MAX_IDS = 2_000;

/** Checks the references in requests, and answers other services' checks of our rows. */
export class References {
  private readonly clients = new Map<string, ReferencesClient>();

  constructor(
    private readonly data: ServiceData<object>,
    private readonly service: string,
    /** `host:port` of another service; throws when the configuration does not name it. */
    private readonly addressOf: (service: string) => string,
  ) {}

  /**
   * Checks every reference in a request, under the caller's own rights: one
   * question to each owner. INVALID_ARGUMENT/UNKNOWN_REFERENCE names all fields
   * at fault; absent and not visible are the same.
   */
  async check(ctx: CallContext, desc: DescMessage, request: object): Promise<void> {
    const references = collectReferences(desc, request);
    if (references.length === 0) return;
    const byResource = new Map<string, Set<string>>();
    for (const { resource, id } of references)
      byResource.set(resource, (byResource.get(resource) ?? new Set()).add(id));
    const known = await this.visible(ctx, byResource);
    const violations = references
      .filter(({ resource, id }) => known.get(resource)?.has(id) !== true)
      .map(({ path }): FieldViolation => ({
        field: path,
        description: 'There is no such row, or you may not see it.',
        reason: 'UNKNOWN_REFERENCE',
      }));
    if (violations.length > 0) {
      throw new AppError(
        'INVALID_ARGUMENT',
        'UNKNOWN_REFERENCE',
        'The request refers to rows that do not exist.',
        {},
        violations,
      );
    }
  }

  /** Those of the ids of our own resources that the caller sees. */
  async answer(ctx: CallContext, { sets }: CheckReferencesRequest): Promise<CheckReferencesResponse> {
    return {
      sets: await Promise.all(
        sets.map(async ({ resource, ids }) => ({ resource, ids: await this.visibleIds(ctx, resource, ids) })),
      ),
    };
  }

  private async visible(
    ctx: CallContext,
    asked: ReadonlyMap<string, ReadonlySet<string>>,
  ): Promise<Map<string, ReadonlySet<string>>> {
    const owners = Map.groupBy(asked, ([resource]) => resource.split('.')[0]!);
    const answers = await Promise.all(
      [...owners].map(async ([owner, resources]) => {
        const sets = resources.flatMap(([resource, ids]) => chunks([...ids]).map((some) => ({ resource, ids: some })));
        return owner === this.service
          ? this.answer(ctx, { sets })
          : this.client(owner).checkReferences({ sets }, { ctx });
      }),
    );
    const known = new Map<string, Set<string>>();
    for (const { resource, ids } of answers.flatMap(({ sets }): ReferenceSet[] => sets)) {
      known.set(resource, new Set([...(known.get(resource) ?? []), ...ids]));
    }
    return known;
  }

  private async visibleIds(ctx: CallContext, resource: string, ids: readonly string[]): Promise<string[]> {
    const model = this.data.models.ofResource(resource);
    if (!model) {
      const description = `This service has no resource "${resource}".`;
      throw new AppError('INVALID_ARGUMENT', 'INVALID_REQUEST', description, {}, [{ field: 'sets', description }]);
    }
    const rows = this.data.visibleTo(ctx) as unknown as Record<
      string,
      { findMany(args: object): Promise<{ id: string }[]> }
    >;
    const found = await rows[model.delegate]!.findMany({
      where: { id: { in: [...new Set(ids)] } },
      select: { id: true },
    });
    return found.map(({ id }) => id);
  }

  private client(owner: string): ReferencesClient {
    let client = this.clients.get(owner);
    if (!client) this.clients.set(owner, (client = createClient(ReferencesServiceService, this.addressOf(owner))));
    return client;
  }
}

function chunks(ids: string[]): string[][] {
  return Array.from({ length: Math.ceil(ids.length / MAX_IDS) }, (_, index) =>
    ids.slice(index * MAX_IDS, (index + 1) * MAX_IDS),
  );
}
