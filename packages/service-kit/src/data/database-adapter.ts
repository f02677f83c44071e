import { createHash } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';

/** Connections of one process to its database. */
const POOL_SIZE = 12;
/** No statement of a call runs longer: a call itself ends after 30 s. */
const STATEMENT_TIMEOUT_MS = 15_000;
/** A transaction that waits for its program holds locks; after this it is ended. */
const IDLE_TRANSACTION_MS = 30_000;
/** Prepared statements cost memory in every connection: only so many kinds of query get one, and no bulk insert. */
const PREPARED_STATEMENTS = 500;
const LONGEST_PREPARED = 10_000;

/** PostgreSQL's unnamed statement: parsed anew by every execution. */
const NAMELESS = '';

/** Prisma's way to PostgreSQL, the same in every service. */
export function databaseAdapter(databaseUrl: string, serviceName: string): PrismaPg {
  const names = new Map<string, string>();
  return new PrismaPg(
    {
      connectionString: databaseUrl,
      application_name: serviceName,
      max: POOL_SIZE,
      connectionTimeoutMillis: 5_000,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_TRANSACTION_MS,
      keepAlive: true,
    },
    {
      // Without a name every execution is parsed and planned anew. The first kinds of query that a process
      // runs are its common ones; filters make any number of others, and those stay nameless.
      statementNameGenerator: ({ sql }) => {
        const known = sql.length > LONGEST_PREPARED ? NAMELESS : names.get(sql);
        if (known !== undefined) return known;
        if (names.size >= PREPARED_STATEMENTS) return NAMELESS;
        const name = `q${createHash('sha256').update(sql).digest('base64url').slice(0, 20)}`;
        names.set(sql, name);
        return name;
      },
    },
  );
}
