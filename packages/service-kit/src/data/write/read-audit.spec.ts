import type { Sql } from '../../events/sql.js';
import { ReadAudit, type ReadRecord } from './read-audit.js';

const record = (id: string): ReadRecord => ({
  id,
  actor: 'a',
  client: 'c',
  resource: 'deals.deal',
  action: 'read by read',
  row_ids: [id],
  groups: ['cost'],
  trace_id: '',
});

/** A database whose statements end when the test says so. */
function database() {
  const statements: { ids: string[]; commit: () => void; fail: (error: Error) => void }[] = [];
  const sql: Sql = (_text, records) =>
    new Promise((resolve, reject) => {
      const ids = (JSON.parse(String(records)) as ReadRecord[]).map(({ id }) => id);
      statements.push({ ids, commit: () => resolve([]), fail: reject });
    });
  return { sql, statements };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('ReadAudit', () => {
  it('answers a call when its own record is committed, and writes those that came meanwhile together', async () => {
    const { sql, statements } = database();
    const audit = new ReadAudit(sql);
    const written: string[] = [];
    for (const id of ['1', '2', '3', '4']) void audit.write(record(id)).then(() => written.push(id));
    expect(statements.map(({ ids }) => ids)).toEqual([['1'], ['2']]);
    expect(written).toEqual([]);
    statements[1]?.commit();
    await settled();
    expect(written).toEqual(['2']);
    expect(statements[2]?.ids).toEqual(['3', '4']);
    statements[2]?.commit();
    await settled();
    expect(written).toEqual(['2', '3', '4']);
  });

  it('fails every call whose record was not written, and writes the next', async () => {
    const { sql, statements } = database();
    const audit = new ReadAudit(sql);
    const first = audit.write(record('1'));
    const second = audit.write(record('2'));
    statements[0]?.fail(new Error('away'));
    await expect(first).rejects.toThrow('away');
    statements[1]?.commit();
    await expect(second).resolves.toBeUndefined();
  });
});
