/**
 * # data: rows as their caller reaches them
 *
 * A service extends `ServiceData` with its own Prisma client (`prisma.service.ts`)
 * and imports `dataModule(Data)`; nothing else leads to the database.
 *
 *     const deal = await this.data.visibleTo(ctx).deal.findFirst({ where: { id } });
 *     return this.data.visibleTo(ctx).transaction(async (tx) => {
 *       const [row] = await tx.deal.updateManyAndReturn({ where: { id, version }, data: { …, ...nextVersion(ctx.clock()) } });
 *       if (!row) throw await this.data.whyNot(tx, 'Deal', id, version);
 *       const after = toProto(row);
 *       await outbox.add(tx, dealWon(after));
 *       await audit.write(tx, 'deals.deal', { before, after });
 *       return after;
 *     });
 *
 * What this sub-path promises
 * - Every operation carries the row predicate: reads the caller's read scope,
 *   changes the scope of the rpc's own action. OWNED rows by owner, department
 *   (and below), branch or all, widened by participants; REFERENCE rows all or
 *   none; CHILD rows with their parent. A query that would reach other rows by
 *   a relation is refused (it is a fault of the program). Deleted rows are not
 *   there unless asked for, and after 30 days not even then.
 * - A transaction is repeated, three times at most, when PostgreSQL sacrificed
 *   it or when two made the same external id at once.
 * - `outbox.add` and `audit.write` commit with the rows they tell of; one event
 *   for each version of an aggregate.
 * - `once` answers a repeated request_id with the first answer, for 24 hours,
 *   and never another caller's.
 * - Lists: every name of filter and order is checked as the caller sees it;
 *   pages are keyset pages in a total order, their tokens signed and bound to
 *   caller, filter and order; totals stop at 10,001.
 * - Fields declared `references` are checked before any handler runs, and a
 *   protected read is written down before its answer leaves; services do
 *   nothing for either.
 *
 * Conventions that the kit relies on
 * - Tables are snake_case of the model, columns of the field; Money is `<name>`
 *   and `<name>Currency`, an external id `externalSource` and `externalKey`;
 *   enums are text with the value's full name; absent references, messages and
 *   optional numbers are null, absent texts are empty. `version` counts from 1.
 * - An OWNED model has `participants RowParticipant[]` (the kit's view).
 */
export { type BranchFacts, Branches, type BranchSource } from './data/branches.js';
export { dataModule } from './data/data-module.js';
export { databaseAdapter } from './data/database-adapter.js';
export { type ListedPage, type ListRequest, nameScope } from './data/read/list.js';
export { readMasked } from './data/read/read-mask.js';
export { NewOwner, type Owner } from './data/references/new-owner.js';
export { departmentIds, type Where } from './data/rows/predicate.js';
export { fromAttributes, fromJsonColumn, toJsonColumn } from './data/rows/json-column.js';
export type { DepartmentNode, DepartmentSource } from './data/rows/department-tree.js';
export { defineModels, type ModelDeclaration } from './data/rows/models.js';
export { join, sql, type SqlText } from './data/rows/raw-predicate.js';
export {
  dateColumn,
  moneyColumns,
  referenceColumn,
  resourceHead,
  toLocalDate,
  toMoney,
  toReference,
} from './data/rows/resource-head.js';
export {
  type Consequences,
  type EveryRow,
  notFound,
  ServiceData,
  type ServiceDataOptions,
  type Tx,
  type Visible,
} from './data/service-data.js';
export type { Transaction } from './data/transaction.js';
export { audit, type RowChange } from './data/write/audit.js';
export { changedColumns, changedFields, nextVersion, versionOf } from './data/write/changes.js';
export { byExternalId, type SortedDrafts } from './data/write/external-id.js';
export { type Draft, isImport, newRow, ownersOf } from './data/write/new-rows.js';
export { lock } from './data/write/lock.js';
export { event, outbox, type OutboxEvent } from './data/write/outbox.js';
export { type Participant, participants } from './data/write/participants.js';
export { once } from './data/write/request-id.js';
