import { Injectable } from '@nestjs/common';
import {
  BatchCreatePeopleRequest,
  BatchCreatePeopleResponse,
  CreatePersonRequest,
  type ListPeopleRequest,
  type ListPeopleResponse,
} from '@rapport/contracts/rapport/contacts/v1/people_service';
import { Person } from '@rapport/contracts/rapport/contacts/v1/person';
import type { CallContext } from '@rapport/service-kit/access';
import {
  audit,
  byExternalId,
  changedColumns,
  type Draft,
  isImport,
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
  personCreated,
  personDeleted,
  personImported,
  personTransferred,
  personUndeleted,
  personUpdated,
} from './people.events.js';
import { toAffiliationRows, toColumns, toProto } from './people.mapper.js';
import { assertAffiliations, displayName } from './person.js';

export const PERSON = 'contacts.person';

/** What a change sets, decided on the row as it is now. */
type Decision = (before: Person, tx: Tx) => Promise<Prisma.PersonUncheckedUpdateManyInput>;

/** A person is read and written with his places. */
const whole = { affiliations: { orderBy: { ordinal: 'asc' } } } as const satisfies Prisma.PersonInclude;

@Injectable()
export class PeopleService {
  constructor(
    private readonly data: Data,
    private readonly employees: EmployeesService,
  ) {}

  async create(ctx: CallContext, request: CreatePersonRequest): Promise<Person> {
    return this.data.visibleTo(ctx, { deleted: 'shown' }).transaction((tx) =>
      once(tx, [CreatePersonRequest, request], Person, async () => {
        const [person] = await this.insert(ctx, tx, [{ message: request.person!, at: 'person' }]);
        return person!;
      }),
    );
  }

  async createBatch(ctx: CallContext, request: BatchCreatePeopleRequest): Promise<BatchCreatePeopleResponse> {
    const drafts = request.requests.map((one, index) => ({ message: one.person!, at: `requests[${index}].person` }));
    return this.data.visibleTo(ctx, { deleted: 'shown' }).transaction((tx) =>
      once(tx, [BatchCreatePeopleRequest, request], BatchCreatePeopleResponse, async () => ({
        people: await this.insert(ctx, tx, drafts),
      })),
    );
  }

  async get(ctx: CallContext, id: string): Promise<Person> {
    const row = await this.data.visibleTo(ctx).person.findFirst({ where: { id }, include: whole });
    if (!row) throw notFound('Person', id);
    return toProto(row);
  }

  async list(ctx: CallContext, request: ListPeopleRequest): Promise<ListPeopleResponse> {
    const { rows, ...page } = await this.data.list(ctx, 'Person', request, (visible, args) =>
      visible.person.findMany({ ...args, include: whole }),
    );
    return { ...page, people: rows.map(toProto) };
  }

  async update(ctx: CallContext, wanted: Person, fields: ReadonlySet<string>, version: number): Promise<Person> {
    if (fields.has('affiliations')) assertAffiliations(wanted.affiliations, 'person');
    return this.change(ctx, wanted.id, version, personUpdated, async (before, tx) => {
      if (fields.has('affiliations')) {
        await tx.affiliation.deleteMany({ where: { personId: before.id } });
        await tx.affiliation.createMany({ data: toAffiliationRows(before.id, wanted.affiliations) });
      }
      const columns = changedColumns(toColumns(wanted), fields, before);
      return { ...columns, displayName: displayName({ ...before, ...columns }) };
    });
  }

  async delete(ctx: CallContext, id: string, version: number): Promise<Person> {
    return this.change(ctx, id, version, personDeleted, async () => ({ deleteTime: ctx.clock() }));
  }

  async undelete(ctx: CallContext, id: string, version: number): Promise<Person> {
    return this.change(
      ctx,
      id,
      version,
      personUndeleted,
      async ({ deleteTime }) => {
        if (!deleteTime) throw new AppError('FAILED_PRECONDITION', 'NOT_DELETED', 'The person is not deleted.', { id });
        return { deleteTime: null };
      },
      'shown',
    );
  }

  async transfer(ctx: CallContext, id: string, to: Owner, version: number): Promise<Person> {
    return this.change(ctx, id, version, personTransferred, (_, tx) => this.employees.atHome(tx, to));
  }

  /** Rows, events and audit of new people, in the order of the drafts. */
  private async insert(ctx: CallContext, tx: Tx, drafts: readonly Draft<Person>[]): Promise<Person[]> {
    for (const { message, at } of drafts) assertAffiliations(message.affiliations, at);
    const { fresh, inOrder } = await byExternalId(drafts, async (where) =>
      (await tx.person.findMany({ where, include: whole })).map(toProto),
    );
    const owners = ownersOf(ctx, fresh);
    const rows = fresh.map(({ message }, index) => ({
      ...newRow(ctx, message),
      ...owners[index]!,
      ...toColumns(message),
      displayName: displayName(message),
    }));
    const places = fresh.map(({ message }, index) => toAffiliationRows(rows[index]!.id, message.affiliations));
    const people = await tx.person.createManyAndReturn({ data: rows });
    await tx.affiliation.createMany({ data: places.flat() });
    const made = people.map((row, index) => toProto({ ...row, affiliations: places[index]! }));
    const created = fresh.map(({ message }) => (isImport(ctx, PERSON, message) ? personImported : personCreated));
    await outbox.add(tx, ...made.map((person, index) => created[index]!(person)));
    await audit.write(tx, PERSON, ...made.map((after) => ({ after })));
    return inOrder(made);
  }

  /** One change of one row: the row, its event and its audit together, or why not. */
  private change(
    ctx: CallContext,
    id: string,
    version: number,
    changed: (after: Person) => OutboxEvent,
    decide: Decision,
    deleted: 'hidden' | 'shown' = 'hidden',
  ): Promise<Person> {
    return this.data.visibleTo(ctx, { deleted }).transaction(async (tx) => {
      const found = await tx.person.findFirst({ where: { id }, include: whole });
      if (found?.version !== version) throw await this.data.whyNot(tx, 'Person', id, version);
      const before = toProto(found);
      const data = { ...(await decide(before, tx)), ...nextVersion(ctx.clock()) };
      // Before the row itself: once handed over it may be out of the caller's sight.
      const affiliations = await tx.affiliation.findMany({ where: { personId: id }, orderBy: { ordinal: 'asc' } });
      const [row] = await tx.person.updateManyAndReturn({ where: { id, version }, data });
      if (!row) throw await this.data.whyNot(tx, 'Person', id, version);
      const after = toProto({ ...row, affiliations });
      await outbox.add(tx, changed(after));
      await audit.write(tx, PERSON, { before, after });
      return after;
    });
  }
}
