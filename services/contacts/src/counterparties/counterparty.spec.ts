import { describe, expect, it } from '@jest/globals';
import { assertNoCycle } from './counterparty.js';

describe('assertNoCycle', () => {
  const parents: Record<string, string> = { shop: 'chain', chain: 'holding' };
  const parentOf = async (id: string): Promise<string | null> => parents[id] ?? null;

  it('lets a company stand below another holding', async () => {
    await expect(assertNoCycle('chain', 'other', parentOf)).resolves.toBeUndefined();
  });

  it.each([
    ['itself', 'holding'],
    ['its daughter', 'chain'],
    ['its granddaughter', 'shop'],
  ])('refuses a holding below %s', async (_, parentId) => {
    await expect(assertNoCycle('holding', parentId, parentOf)).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'COUNTERPARTY_CYCLE',
    });
  });
});
