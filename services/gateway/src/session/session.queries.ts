import pg from 'pg';

export interface SessionRow {
  readonly sealed: Buffer;
  readonly accessExpireTime: Date;
  readonly expireTime: Date;
}

interface Stored {
  sealed: Buffer;
  access_expire_time: Date;
  expire_time: Date;
}

/** The table of sessions. Two statements and a lock are all there is, so plain SQL and no ORM. */
export class SessionTable {
  private readonly pool: pg.Pool;

  constructor(databaseUrl: string) {
    this.pool = new pg.Pool({
      connectionString: databaseUrl,
      max: 10,
      connectionTimeoutMillis: 5_000,
      idleTimeoutMillis: 60_000,
    });
    // A connection that dies while idle is replaced by the pool; without a listener it would end the process.
    this.pool.on('error', () => undefined);
  }

  async check(): Promise<void> {
    await this.pool.query('select 1 from session limit 1');
  }

  async insert(idHash: Buffer, row: SessionRow): Promise<void> {
    await this.pool.query(
      'insert into session (id_hash, sealed, access_expire_time, expire_time) values ($1, $2, $3, $4)',
      [idHash, row.sealed, row.accessExpireTime, row.expireTime],
    );
  }

  async find(idHash: Buffer): Promise<SessionRow | undefined> {
    const { rows } = await this.pool.query<Stored>(`${SELECT} where id_hash = $1`, [idHash]);
    return toRow(rows[0]);
  }

  /**
   * Lets one caller at a time, of all processes, replace a session: a refresh
   * token may be used once only. `decide` gets the row as it is then.
   */
  async replace(
    idHash: Buffer,
    decide: (row: SessionRow | undefined) => Promise<SessionRow | undefined>,
  ): Promise<SessionRow | undefined> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    try {
      await client.query('begin');
      const { rows } = await client.query<Stored>(`${SELECT} where id_hash = $1 for update`, [idHash]);
      const before = toRow(rows[0]);
      const after = await decide(before);
      if (after === undefined) await client.query('delete from session where id_hash = $1', [idHash]);
      else if (after !== before) {
        await client.query(
          'update session set sealed = $2, access_expire_time = $3, expire_time = $4 where id_hash = $1',
          [idHash, after.sealed, after.accessExpireTime, after.expireTime],
        );
      }
      await client.query('commit');
      return after;
    } catch (error) {
      await client.query('rollback').catch((failure: Error) => (broken = failure));
      throw error;
    } finally {
      client.release(broken);
    }
  }

  async delete(idHash: Buffer): Promise<void> {
    await this.pool.query('delete from session where id_hash = $1', [idHash]);
  }

  async deleteExpired(): Promise<void> {
    await this.pool.query('delete from session where expire_time < now()');
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}

const SELECT = 'select sealed, access_expire_time, expire_time from session';

function toRow(stored: Stored | undefined): SessionRow | undefined {
  return (
    stored && { sealed: stored.sealed, accessExpireTime: stored.access_expire_time, expireTime: stored.expire_time }
  );
}
