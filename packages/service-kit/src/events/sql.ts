import type pg from 'pg';

/**
 * Runs one statement and returns its rows; values are bound, never written into the text. Prisma's `tx.$queryRaw` is
 * such a function.
 */
export type Sql = <Row = Record<string, unknown>>(text: TemplateStringsArray, ...values: unknown[]) => Promise<Row[]>;

/** The statements of a `pg` pool or connection in the form of `Sql`. */
export function sqlOf(client: Pick<pg.Pool, 'query'> | Pick<pg.ClientBase, 'query'>): Sql {
  return async <Row>(text: TemplateStringsArray, ...values: unknown[]): Promise<Row[]> => {
    const numbered = text.reduce((whole, part, index) => `${whole}$${index}${part}`);
    const { rows } = await (client as pg.ClientBase).query(numbered, values);
    return rows as Row[];
  };
}

/** Runs the work in one transaction of the pool. */
export async function inTransaction<R>(pool: pg.Pool, work: (sql: Sql) => Promise<R>): Promise<R> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    const result = await work(sqlOf(client));
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((failed: Error) => {
      broken = failed; // a connection in an unknown state must not go back into the pool
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
