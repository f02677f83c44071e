import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Deal_Outcome } from '@rapport/contracts/rapport/deals/v1/deal';
import type { Money } from '@rapport/contracts/rapport/type/v1/type';
import { deal, dealRights, pipeline, product, World } from './world.js';

// Real: PostgreSQL, NATS, gRPC, the service as it runs. Instead of Keycloak: callers whose rights the test says.

let world: World;
beforeAll(async () => {
  world = await World.make();
}, 60_000);
afterAll(() => world.stop());

const uah = (amount: string): Money => ({ amount, currencyCode: 'UAH' });
const list = {
  filter: '',
  orderBy: '',
  pageSize: 0,
  pageToken: '',
  readMask: undefined,
  includeTotal: false,
  showDeleted: false,
};
const all = dealRights('own', 'read:cost', 'update:cost');

describe('a new deal (D01)', () => {
  it('begins today in the first stage of the default pipeline, credited to its owner', async () => {
    const seller = world.seller(dealRights('own'));
    const made = await world.dealOf(seller, { amount: uah('100') });
    expect(made).toMatchObject({
      pipelineId: world.pipeline.id,
      stageId: world.pipeline.stages[0]?.id,
      outcome: Deal_Outcome.OPEN,
      ownerId: seller.principal.employeeId,
      creditedEmployeeId: seller.principal.employeeId,
      creditedBranchId: world.kyiv,
    });
    expect(made.startDate?.value).toBe(made.businessDate?.value);
    expect(await world.eventsOf(made.id)).toEqual(['DealCreated:1']);
  });

  it('knows its margin when it knows amount and cost', async () => {
    expect((await world.dealOf(world.seller(all), { amount: uah('100'), cost: uah('60.5') })).margin).toEqual(
      uah('39.5'),
    );
  });

  it.each([
    ['outcome', { outcome: Deal_Outcome.WON }],
    ['close_date', { closeDate: { value: '2026-01-01' } }],
    ['credited_employee_id', { creditedEmployeeId: randomUUID() }],
  ])('does not let a seller set %s', async (field, over) => {
    await expect(world.dealOf(world.seller(dealRights('own')), over)).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      reason: 'FORBIDDEN_FIELD',
      violations: [expect.objectContaining({ field: `deal.${field}` })],
    });
  });

  it('refuses a product that is not there', async () => {
    await expect(world.dealOf(world.seller(dealRights('own')), { productId: randomUUID() })).rejects.toMatchObject({
      reason: 'UNKNOWN_REFERENCE',
      violations: [{ field: 'deal.product_id' }],
    });
  });
});

describe('moving (D02, D03)', () => {
  it('goes forward and back, and every step is kept', async () => {
    const seller = world.seller(dealRights('own'));
    const made = await world.dealOf(seller);
    const [first, second] = world.pipeline.stages.map(({ id }) => id);
    const forward = await world
      .deals(seller)
      .moveDeal({ dealId: made.id, stageId: second!, reason: '', etag: made.etag });
    const back = await world
      .deals(seller)
      .moveDeal({ dealId: made.id, stageId: first!, reason: 'Передумали', etag: forward.etag });
    expect(back.stageId).toBe(first);
    const { stageChanges } = await world
      .deals(seller)
      .listStageChanges({ dealId: made.id, pageSize: 0, pageToken: '' });
    expect(stageChanges.map(({ fromStageId, toStageId, reason }) => [fromStageId, toStageId, reason])).toEqual([
      ['', first, ''],
      [first, second, ''],
      [second, first, 'Передумали'],
    ]);
    expect(await world.eventsOf(made.id)).toEqual(['DealCreated:1', 'DealMoved:2', 'DealMoved:3']);
  });

  it('does not leave its pipeline', async () => {
    const seller = world.seller(dealRights('own'));
    const other = await world
      .pipelines(world.administrator)
      .createPipeline({ requestId: '', pipeline: pipeline({ displayName: 'Інша' }) });
    const made = await world.dealOf(seller);
    await expect(
      world.deals(seller).moveDeal({ dealId: made.id, stageId: other.stages[0]!.id, reason: '', etag: made.etag }),
    ).rejects.toMatchObject({ reason: 'STAGE_NOT_IN_PIPELINE' });
  });
});

describe('closing (D05, D12)', () => {
  it('wins with the order sum, once', async () => {
    const seller = world.seller(all);
    const made = await world.dealOf(seller, { amount: uah('100'), cost: uah('60') });
    const won = await world.deals(seller).winDeal({ dealId: made.id, amount: uah('95'), etag: made.etag });
    expect(won).toMatchObject({ outcome: Deal_Outcome.WON, amount: uah('95'), margin: uah('35') });
    expect(won.closeDate?.value).toBe(won.businessDate?.value);
    await expect(
      world.deals(seller).winDeal({ dealId: made.id, amount: undefined, etag: won.etag }),
    ).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'DEAL_NOT_OPEN',
    });
    expect(await world.eventsOf(made.id)).toEqual(['DealCreated:1', 'DealWon:2']);
  });

  it('loses with the reason', async () => {
    const seller = world.seller(dealRights('own'));
    const made = await world.dealOf(seller);
    const lost = await world
      .deals(seller)
      .loseDeal({ dealId: made.id, lossReasonId: world.reason.id, comment: 'Задорого', etag: made.etag });
    expect(lost).toMatchObject({ outcome: Deal_Outcome.LOST, lossReasonId: world.reason.id, lossComment: 'Задорого' });
  });

  it('freezes the order sum, not the note', async () => {
    const seller = world.seller(dealRights('own'));
    const made = await world.dealOf(seller, { amount: uah('10') });
    const won = await world.deals(seller).winDeal({ dealId: made.id, amount: undefined, etag: made.etag });
    const update = (over: object, updateMask: string[]) =>
      world.deals(seller).updateDeal({ deal: { ...deal(over), id: made.id }, updateMask, etag: won.etag });
    await expect(update({ amount: uah('11') }, ['amount'])).rejects.toMatchObject({ reason: 'DEAL_NOT_OPEN' });
    expect((await update({ note: 'Подякувати' }, ['note'])).note).toBe('Подякувати');
  });

  it('lets one of two who close at once win, and tells the other that it has changed', async () => {
    const seller = world.seller(dealRights('own'));
    const made = await world.dealOf(seller);
    const outcomes = await Promise.allSettled([
      world.deals(seller).winDeal({ dealId: made.id, amount: undefined, etag: made.etag }),
      world.deals(seller).loseDeal({ dealId: made.id, lossReasonId: world.reason.id, comment: '', etag: made.etag }),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { reason: 'STALE_ETAG' } });
    expect(await world.eventsOf(made.id)).toHaveLength(2);
  });
});

describe('rows', () => {
  it('of another branch are not there', async () => {
    const made = await world.dealOf(world.seller(dealRights('own'), world.lviv));
    const director = world.seller(dealRights('branch'));
    await expect(world.deals(director).getDeal({ dealId: made.id, readMask: undefined })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      reason: 'DEAL_NOT_FOUND',
    });
    await expect(
      world.deals(director).listStageChanges({ dealId: made.id, pageSize: 0, pageToken: '' }),
    ).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('that may be read and not won say so', async () => {
    const made = await world.dealOf(world.seller(dealRights('own')));
    const reader = world.seller(['read@branch', 'win@own']);
    await expect(
      world.deals(reader).winDeal({ dealId: made.id, amount: undefined, etag: made.etag }),
    ).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      reason: 'ROW_READ_ONLY',
    });
  });
});

describe('a hidden field', () => {
  it('does not exist in filter, order or answer', async () => {
    const owner = world.seller(all);
    await world.dealOf(owner, { amount: uah('100'), cost: uah('60') });
    const other = world.seller(['read@branch']);
    const { deals } = await world.deals(other).listDeals(list);
    expect(deals.every(({ cost, margin }) => cost === undefined && margin === undefined)).toBe(true);
    for (const hidden of [
      { filter: 'margin.amount > 1 AND margin.currency_code = "UAH"' },
      { orderBy: 'margin.amount' },
    ]) {
      await expect(world.deals(other).listDeals({ ...list, ...hidden })).rejects.toMatchObject({
        reason: 'UNKNOWN_FIELD',
      });
    }
  });

  it('keeps its value when a caller who cannot see it updates the rest', async () => {
    const owner = world.seller(all);
    const made = await world.dealOf(owner, { amount: uah('100'), cost: uah('60') });
    const head = world.seller(dealRights('branch'));
    const changed = await world
      .deals(head)
      .updateDeal({ deal: { ...deal({ amount: uah('110') }), id: made.id }, updateMask: ['amount'], etag: made.etag });
    expect(changed.margin).toBeUndefined();
    const seen = await world.deals(owner).getDeal({ dealId: made.id, readMask: undefined });
    expect(seen).toMatchObject({ cost: uah('60'), margin: uah('50') });
  });
});

describe('catalogue and pipelines', () => {
  it('keeps article numbers apart', async () => {
    const products = world.products(world.administrator);
    await products.createProduct({ requestId: '', product: product({ sku: 'V-1' }) });
    await expect(products.createProduct({ requestId: '', product: product({ sku: 'V-1' }) })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      reason: 'SKU_TAKEN',
    });
  });

  it('does not let go of a stage with open deals', async () => {
    const pipelines = world.pipelines(world.administrator);
    await world.dealOf(world.seller(dealRights('own')));
    const [, ...others] = world.pipeline.stages;
    await expect(
      pipelines.updatePipeline({
        pipeline: { ...world.pipeline, stages: others },
        updateMask: ['stages'],
        etag: world.pipeline.etag,
      }),
    ).rejects.toMatchObject({ reason: 'STAGE_IN_USE' });
  });

  it('keeps the ids of stages that stay, in their new order', async () => {
    const pipelines = world.pipelines(world.administrator);
    const made = await pipelines.createPipeline({ requestId: '', pipeline: pipeline({ displayName: 'Тендери' }) });
    const [first, second, third] = made.stages;
    const added = { id: '', displayName: 'Торги', probability: { value: '40' } };
    const changed = await pipelines.updatePipeline({
      pipeline: { ...made, stages: [third!, added, first!] },
      updateMask: ['stages'],
      etag: made.etag,
    });
    expect(changed.stages.map(({ displayName }) => displayName)).toEqual(['Договір', 'Торги', 'Зустріч']);
    expect(changed.stages[0]?.id).toBe(third?.id);
    expect(changed.stages[1]?.probability).toEqual({ value: '40' });
    expect(changed.stages.some(({ id }) => id === second?.id)).toBe(false);
  });

  it('has one default pipeline', async () => {
    const pipelines = world.pipelines(world.administrator);
    await expect(
      pipelines.createPipeline({ requestId: '', pipeline: pipeline({ defaultPipeline: true }) }),
    ).rejects.toMatchObject({
      reason: 'DEFAULT_PIPELINE_EXISTS',
    });
  });
});
