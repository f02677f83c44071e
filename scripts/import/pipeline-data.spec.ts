import { canonicalDecimal, millions, readPipeline, type PipelineFiles } from './pipeline-data.js';

const files = (changes: Partial<PipelineFiles> = {}): PipelineFiles => ({
  accounts:
    'account,sector,year_established,revenue,employees,office_location,subsidiary_of\nBeta,retail,1999,251.41,495,Kenya,Alpha\nAlpha,retail,1990,1100.04,,Kenya,\n',
  products: 'product,series,sales_price\nGTX Pro,GTX,4821\n',
  teams: 'sales_agent,manager,regional_office\nAnn Bell,Moe Sand,East\nCid Dorn,Moe Sand,East\n',
  opportunities:
    'opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n' +
    'A1,Ann Bell,GTXPro,Alpha,Won,2016-10-20,2017-03-01,1054\n' +
    'A2,Cid Dorn,GTX Pro,,Prospecting,,,\n',
  ...changes,
});

describe('readPipeline', () => {
  it('resolves a product whose name differs in spaces alone, and says so', () => {
    const data = readPipeline(files());
    expect(data.opportunities.map((deal) => deal.product)).toEqual(['GTX Pro', 'GTX Pro']);
    expect([...data.resolved]).toEqual([['GTXPro', { product: 'GTX Pro', rows: 1 }]]);
  });

  it('keeps a deal without an account, without one', () => {
    const data = readPipeline(files());
    expect(data.opportunities[1]).toMatchObject({ id: 'A2', account: '', startDate: '', amount: '', outcome: 'OPEN' });
    expect(data.withoutAccount).toBe(1);
  });

  it('puts parents before their subsidiaries', () => {
    expect(readPipeline(files()).accounts.map((account) => account.name)).toEqual(['Alpha', 'Beta']);
  });

  it('makes the agent with most deals the owner of an account', () => {
    expect(readPipeline(files()).accounts[0]?.owner).toBe('Ann Bell');
  });

  it.each([
    ['product', 'A1,Ann Bell,Nosuch,Alpha,Won,2016-10-20,2017-03-01,1', 'line 2: product "Nosuch"'],
    ['agent', 'A1,Nobody,GTX Pro,Alpha,Won,2016-10-20,2017-03-01,1', 'line 2: agent "Nobody"'],
    ['stage', 'A1,Ann Bell,GTX Pro,Alpha,Sold,2016-10-20,2017-03-01,1', 'line 2: deal_stage "Sold"'],
  ])('names the line of an unknown %s', (_what, row, message) => {
    const header = 'opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n';
    expect(() => readPipeline(files({ opportunities: `${header}${row}\n` }))).toThrow(message);
  });

  it('refuses a holding that goes in a circle', () => {
    const accounts =
      'account,sector,year_established,revenue,employees,office_location,subsidiary_of\nA,,,,,,B\nB,,,,,,A\n';
    expect(() => readPipeline(files({ accounts }))).toThrow('subsidiary of itself');
  });
});

describe('canonicalDecimal', () => {
  it.each([
    ['1054', '1054'],
    ['1054.50', '1054.5'],
    ['007', '7'],
    ['0.0', '0'],
    ['-0', '0'],
    ['-1.10', '-1.1'],
    ['10.05', '10.05'],
  ])('writes %s as %s', (text, canonical) => expect(canonicalDecimal(text)).toBe(canonical));

  it('refuses what is no plain decimal', () => expect(() => canonicalDecimal('1e5')).toThrow('not a decimal'));
});

it('multiplies millions exactly', () => {
  expect(millions('1100.04')).toBe('1100040000');
  expect(millions('0.5')).toBe('500000');
});
