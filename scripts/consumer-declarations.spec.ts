import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { consumersIn } from './consumer-declarations.ts';

const folder = mkdtempSync(join(tmpdir(), 'rapport-consumers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(text: string, others: Readonly<Record<string, string>> = {}) {
  for (const [name, content] of Object.entries(others)) writeFileSync(join(folder, name), content);
  const file = join(folder, 'planted.consumer.ts');
  writeFileSync(file, text);
  return consumersIn(file, folder);
}

const IMPORT = "import { DealWon, DealLost } from '@rapport/contracts/rapport/deals/v1/deal_events';\n";

describe('consumer declarations', () => {
  it('reads kind, durable, events and what is said above the class', () => {
    const text = `${IMPORT}
/**
 * Makes the draft invoice
 * of a won deal.
 *
 * How it does so.
 */
@Reaction({ durable: 'billing--invoice-on-deal-won', subscribes: [DealWon] })
export class DealWonConsumer {}
`;
    expect(read(text)).toEqual([
      {
        kind: 'reaction',
        durable: 'billing--invoice-on-deal-won',
        subscribes: ['rapport.deals.v1.DealWon'],
        comment: 'Makes the draft invoice of a won deal.',
        file: 'planted.consumer.ts',
      },
    ]);
  });

  it('follows constants, spreads and renamed imports across files', () => {
    const events = `import { DealWon as Won } from '@rapport/contracts/rapport/deals/v1/deal_events';
import { PaymentCreated } from '@rapport/contracts/rapport/billing/v1/payment_events';
export const WON = [Won] as const;
export const ALL = [...WON, PaymentCreated] as const;
`;
    const text = `import { ALL } from './events.js';
@Projection({ durable: 'analytics--facts', subscribes: ALL })
class Facts {}
`;
    const [consumer] = read(text, { 'events.ts': events });
    expect(consumer?.subscribes).toEqual(['rapport.deals.v1.DealWon', 'rapport.billing.v1.PaymentCreated']);
  });

  it('refuses a subscription that only running the code would tell', () => {
    const text = `${IMPORT}@Reaction({ durable: 'billing--x', subscribes: pick(DealWon, DealLost) })\nclass X {}\n`;
    expect(() => read(text)).toThrow(/planted\.consumer\.ts:2: subscribes is no list/);
  });

  it('sees nothing in a class without a declaration', () => {
    expect(read('@Injectable()\nclass X {}\n')).toEqual([]);
  });
});
