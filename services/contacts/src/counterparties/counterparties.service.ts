import { Injectable } from '@nestjs/common';
import {
  BatchCreateCounterpartiesRequest,
  BatchCreateCounterpartiesResponse,
  CreateCounterpartyRequest,
  type ListCounterpartiesRequest,
  type ListCounterpartiesResponse,
} from '@rapport/contracts/rapport/contacts/v1/counterparties_service';
import { Counterparty } from '@rapport/contracts/rapport/contacts/v1/counterparty';
import type { CallContext } from '@rapport/service-kit/access';
import {
  audit,
  byExternalId,
  changedColumns,
  type Draft,
  isImport,
  lock,
  newRow,
  nextVersion,
  notFound,
  once,
  outbox,
  type OutboxEvent,
  type Owner,
  ownersOf,
} from '@rapport/service-kit/data';
import { AppError } from '@rapport/service-kit/errors';
import type { Prisma } from '../generated/prisma/client.js';
import { EmployeesService } from '../organization/employees.service.js';
import { Data, type Tx } from '../prisma.service.js';
import {
  counterpartyCreated,
  counterpartyDeleted,
  counterpartyImported,
  counterpartyTransferred,
  counterpartyUndeleted,
  counterpartyUpdated,
} from './counterparties.events.js';
import { toColumns, toProto } from './counterparties.mapper.js';
import { assertNoCycle } from './counterparty.js';

export const COUNTERPARTY = 'contacts.counterparty';

/** What a change sets, decided on the row as it is now. */
type Decision = (before: Counterparty, tx: Tx) => Promise<Prisma.CounterpartyUncheckedUpdateManyInput>;

@Injectable()
export class CounterpartiesService {
  constructor(
    private readonly data: Data,
    private readonly employees: EmployeesService,
  ) {}

  async create(ctx: CallContext, request: CreateCounterpartyRequest): Promise<Counterparty> {
    return this.data.visibleTo(ctx, { deleted: 'shown' }).transaction((tx) =>
      once(tx, [CreateCounterpartyRequest, request], Counterparty, async () => {
        const [counterparty] = await this.insert(ctx, tx, [{ message: request.counterparty!, at: 'counterparty' }]);
        return counterparty!;
      }),
    );
  }

  async createBatch(
    ctx: CallContext,
    request: BatchCreateCounterpartiesRequest,
  ): Promise<BatchCreateCounterpartiesResponse> {
    const drafts = request.requests.map((one, index) => ({
      message: one.counterparty!,
      at: `requests[${index}].counterparty`,
    }));
    return this.data.visibleTo(ctx, { deleted: 'shown' }).transaction((tx) =>
      once(tx, [BatchCreateCounterpartiesRequest, request], BatchCreateCounterpartiesResponse, async () => ({
        counterparties: await this.insert(ctx, tx, drafts),
      })),
    );
  }

  async get(ctx: CallContext, id: string): Promise<Counterparty> {
    const row = await this.data.visibleTo(ctx).counterparty.findFirst({ where: { id } });
    if (!row) throw notFound('Counterparty', id);
    return toProto(row);
  }

  async list(ctx: CallContext, request: ListCounterpartiesRequest): Promise<ListCounterpartiesResponse> {
    const { rows, ...page } = await this.data.list(ctx, 'Counterparty', request, (visible, args) =>
      visible.counterparty.findMany(args),
    );
    return { ...page, counterparties: rows.map(toProto) };
  }

  async update(
    ctx: CallContext,
    wanted: Counterparty,
    fields: ReadonlySet<string>,
    version: number,
  ): Promise<Counterparty> {
    return this.change(ctx, wanted.id, version, counterpartyUpdated, async (before, tx) => {
      if (fields.has('parentId') && wanted.parentId !== before.parentId) await this.checkHolding(tx, wanted);
      return changedColumns(toColumns(wanted), fields, before);
    });
  }

  async delete(ctx: CallContext, id: string, version: number): Promise<Counterparty> {
    return this.change(ctx, id, version, counterpartyDeleted, async () => ({ deleteTime: ctx.clock() }));
  }

  async undelete(ctx: CallContext, id: string, version: number): Promise<Counterparty> {
    return this.change(
      ctx,
      id,
      version,
      counterpartyUndeleted,
      async ({ deleteTime }) => {
        if (!deleteTime)
          throw new AppError('FAILED_PRECONDITION', 'NOT_DELETED', 'The counterparty is not deleted.', { id });
        return { deleteTime: null };
      },
      'shown',
    );
  }

  async transfer(ctx: CallContext, id: string, to: Owner, version: number): Promise<Counterparty> {
    return this.change(ctx, id, version, counterpartyTransferred, (_, tx) => this.employees.atHome(tx, to));
  }

  /** Rows, events and audit of new counterparties, in the order of the drafts. */
  private async insert(ctx: CallContext, tx: Tx, drafts: readonly Draft<Counterparty>[]): Promise<Counterparty[]> {
    const { fresh, inOrder } = await byExternalId(drafts, async (where) =>
      (await tx.counterparty.findMany({ where })).map(toProto),
    );
    const owners = ownersOf(ctx, fresh);
    const rows = fresh.map(({ message }, index) => ({
      ...newRow(ctx, message),
      ...owners[index]!,
      ...toColumns(message),
    }));
    const made = (await tx.counterparty.createManyAndReturn({ data: rows })).map(toProto);
    const created = fresh.map(({ message }) =>
      isImport(ctx, COUNTERPARTY, message) ? counterpartyImported : counterpartyCreated,
    );
    await outbox.add(tx, ...made.map((counterparty, index) => created[index]!(counterparty)));
    await audit.write(tx, COUNTERPARTY, ...made.map((after) => ({ after })));
    return inOrder(made);
  }

  /** One change of one row: the row, its event and its audit together, or why not. */
  private change(
    ctx: CallContext,
    id: string,
    version: number,
    changed: (after: Counterparty) => OutboxEvent,
    decide: Decision,
    deleted: 'hidden' | 'shown' = 'hidden',
  ): Promise<Counterparty> {
    return this.data.visibleTo(ctx, { deleted }).transaction(async (tx) => {
      const found = await tx.counterparty.findFirst({ where: { id } });
      if (found?.version !== version) throw await this.data.whyNot(tx, 'Counterparty', id, version);
      const before = toProto(found);
      const data = { ...(await decide(before, tx)), ...nextVersion(ctx.clock()) };
      const [row] = await tx.counterparty.updateManyAndReturn({ where: { id, version }, data });
      if (!row) throw await this.data.whyNot(tx, 'Counterparty', id, version);
      const after = toProto(row);
      await outbox.add(tx, changed(after));
      await audit.write(tx, COUNTERPARTY, { before, after });
      return after;
    });
  }

  private async checkHolding(tx: Tx, { id, parentId }: Counterparty): Promise<void> {
    if (parentId === '') return;
    await lock(tx, 'holdings');
    const every = this.data.everyRow(tx).counterparty;
    await assertNoCycle(id, parentId, async (above) => {
      const row = await every.findFirst({ where: { id: above }, select: { parentId: true } });
      return row?.parentId ?? null;
    });
  }
}
