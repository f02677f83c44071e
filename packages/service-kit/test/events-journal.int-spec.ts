import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Branch, Department } from '@rapport/contracts/rapport/contacts/v1/organization';
import {
  BranchCreated,
  DepartmentCreated,
  DepartmentUpdated,
} from '@rapport/contracts/rapport/contacts/v1/organization_events';
import { DealCreated, DealUpdated, DealWon } from '@rapport/contracts/rapport/deals/v1/deal_events';
import { DigestEventsRequest_Kind as DigestKind } from '@rapport/contracts/rapport/event/v1/event';
import { REPLAY_ALL, differingHours, digestOf } from '@rapport/service-kit/events';
import { v7 as uuidv7 } from 'uuid';
import { DealsAndBilling } from './deals-and-billing.js';
import { TestDatabase, dealOf, eventually, runtimeOf } from './events-world.js';

jest.setTimeout(60_000);

let world: DealsAndBilling;
beforeEach(async () => {
  world = await DealsAndBilling.make();
});
afterEach(() => world.remove());

const many = (count: number) => Array.from({ length: count }, () => uuidv7());

describe('the journal', () => {
  it('is read in pages, by type, aggregate, id and time, whole or the latest alone', async () => {
    const { journal } = world.startDeals();
    const ids = many(7);
    for (const id of ids) {
      await world.deals.emit(DealCreated, { aggregateId: id, version: 1, message: { deal: dealOf(id) } });
    }
    for (const id of ids) await world.win(id, 2);
    await world.published();
    const seen: string[] = [];
    let after = 0n;
    do {
      const page = await journal.replayEvents({ ...REPLAY_ALL, pageSize: 4, afterSeq: after });
      seen.push(...page.events.map(({ journalSeq }) => journalSeq.toString()));
      after = page.nextAfterSeq;
    } while (after > 0n);
    expect(seen).toEqual(Array.from({ length: 14 }, (_, index) => String(index + 1)));

    const count = async (request: Partial<typeof REPLAY_ALL>) =>
      (await journal.replayEvents({ ...REPLAY_ALL, ...request })).events.length;
    const [first] = await world.deals.rows<{ event_id: string }>('select event_id from kit.outbox_event limit 1');
    const minute = 60_000;
    expect(await count({ types: [DealWon.$type] })).toBe(7);
    expect(await count({ aggregateIds: ids.slice(0, 2) })).toBe(4);
    expect(await count({ latestOnly: true })).toBe(7);
    expect(await count({ latestOnly: true, types: [DealCreated.$type] })).toBe(7);
    expect(await count({ eventIds: [first?.event_id ?? ''] })).toBe(1);
    expect(await count({ toTime: new Date(Date.now() - minute) })).toBe(0);
    expect(await count({ aggregateFromTime: new Date(Date.now() - minute) })).toBe(14);
    await expect(count({ types: ['rapport.billing.v1.InvoiceCreated'] })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      reason: 'INVALID_REQUEST',
    });
    await expect(count({ fromTime: new Date(), toTime: new Date(0) })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });

  it('keeps its pages below the size of a gRPC message', async () => {
    const { journal } = world.startDeals();
    const ids = many(5);
    for (const id of ids) await world.win(id, 1, 'x'.repeat(900_000));
    await world.published();
    const pages: number[] = [];
    let after = 0n;
    do {
      const page = await journal.replayEvents({ ...REPLAY_ALL, afterSeq: after });
      pages.push(page.events.length);
      after = page.nextAfterSeq;
    } while (after > 0n);
    expect(pages).toEqual([2, 2, 1]);
  });

  it('has the digests that the same entries have in code', async () => {
    const { journal } = world.startDeals();
    const ids = many(20);
    const events = await Promise.all(ids.map((id) => world.win(id)));
    for (const id of ids) {
      await world.deals.emit(DealUpdated, { aggregateId: id, version: 2, message: { deal: dealOf(id) } });
    }
    await world.published();
    const ask = async (kind: DigestKind, types: string[]) => {
      const { digests } = await journal.digestEvents({ kind, types, fromTime: undefined, toTime: undefined });
      return digests.map(({ hour, count, xor }) => ({ hour: hour ?? new Date(0), count: Number(count), xor }));
    };
    const byEvent = digestOf(events.map((id) => ({ id, entry: id })));
    expect(differingHours(await ask(DigestKind.EVENT_IDS, [DealWon.$type]), byEvent)).toEqual([]);
    const byVersion = digestOf(ids.map((id) => ({ id, entry: `${id}:2` })));
    expect(differingHours(await ask(DigestKind.LATEST_VERSIONS, []), byVersion)).toEqual([]);
  });
});

it('copies branches and departments to every service', async () => {
  const contacts = await TestDatabase.make('contacts');
  const owner = runtimeOf('contacts', contacts, world.broker);
  const billing = runtimeOf('billing', world.billing, world.broker, { journalOf: () => owner.journal });
  owner.startRelay();
  billing.startRelay();
  await billing.startConsumers([]);
  const [branchId, departmentId, parentId] = [uuidv7(), uuidv7(), uuidv7()];
  const empty = new Uint8Array();
  const branch = { ...Branch.decode(empty), id: branchId, timeZone: 'Europe/Kyiv', currencyCode: 'UAH' };
  const department = { ...Department.decode(empty), id: departmentId, branchId };
  const moved = { ...department, parentId };
  await contacts.emit(BranchCreated, { aggregateId: branchId, version: 1, message: { branch } });
  await contacts.emit(DepartmentCreated, { aggregateId: departmentId, version: 1, message: { department } });
  await contacts.emit(DepartmentUpdated, { aggregateId: departmentId, version: 2, message: { department: moved } });
  const departments = await eventually(
    () => world.billing.rows('select id, parent_id, branch_id, version from kit.department_copy'),
    ([row]) => row?.['version'] === 2,
  );
  expect(departments).toEqual([{ id: departmentId, parent_id: parentId, branch_id: branchId, version: 2 }]);
  const branches = await eventually(
    () => world.billing.rows('select id, time_zone, currency_code, version from kit.branch_copy'),
    (rows) => rows.length === 1,
  );
  expect(branches).toEqual([{ id: branchId, time_zone: 'Europe/Kyiv', currency_code: 'UAH', version: 1 }]);
  await Promise.all([owner, billing].map((runtime) => runtime.stop()));
  await contacts.drop();
});
