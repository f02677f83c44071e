import pg from 'pg';

/** The two addresses of one service's database: by the role that owns and migrates it, and by the role it runs as. */
export interface ServiceDatabase {
  ownerUrl: string;
  appUrl: string;
  appRole: string;
}

/** Passwords of the two roles. */
export interface DatabasePasswords {
  owner: string;
  app: string;
}

/**
 * Makes, or brings into step, a service's database with its two roles.
 *
 * The app role may only connect; what it may do with each table is granted where the tables are made, by the kit's
 * migrations.
 */
export async function ensureServiceDatabase(
  superuserUrl: string,
  name: { database: string; ownerRole: string; appRole: string },
  passwords: DatabasePasswords,
): Promise<ServiceDatabase> {
  await withClient(superuserUrl, async (client) => {
    await ensureRole(client, name.ownerRole, passwords.owner);
    await ensureRole(client, name.appRole, passwords.app);
    await ensureDatabase(client, name.database, name.ownerRole);
    await client.query(
      `grant connect on database ${pg.escapeIdentifier(name.database)} to ${pg.escapeIdentifier(name.appRole)}`,
    );
  });
  return {
    ownerUrl: addressOf(superuserUrl, name.database, name.ownerRole, passwords.owner),
    appUrl: addressOf(superuserUrl, name.database, name.appRole, passwords.app),
    appRole: name.appRole,
  };
}

/** Makes a database with one role that owns it (Keycloak's) and returns its address. */
export async function ensureOwnedDatabase(superuserUrl: string, name: string, password: string): Promise<string> {
  await withClient(superuserUrl, async (client) => {
    await ensureRole(client, name, password);
    await ensureDatabase(client, name, name);
  });
  return addressOf(superuserUrl, name, name, password);
}

/** Drops a database and the roles made for it; sessions still open in it are ended. */
export async function dropDatabase(superuserUrl: string, database: string, roles: string[]): Promise<void> {
  await withClient(superuserUrl, async (client) => {
    await client.query(`drop database if exists ${pg.escapeIdentifier(database)} with (force)`);
    for (const role of roles) await client.query(`drop role if exists ${pg.escapeIdentifier(role)}`);
  });
}

async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    // One at a time: PostgreSQL's catalogue of roles fails for two who make and drop roles at once. Ends with the session.
    await client.query(`select pg_advisory_lock(hashtextextended('rapport databases and roles', 0))`);
    await work(client);
  } finally {
    await client.end();
  }
}

async function ensureRole(client: pg.Client, role: string, password: string): Promise<void> {
  const { rowCount } = await client.query('select 1 from pg_roles where rolname = $1', [role]);
  const verb = rowCount === 0 ? 'create' : 'alter';
  await client.query(`${verb} role ${pg.escapeIdentifier(role)} login password ${pg.escapeLiteral(password)}`);
}

async function ensureDatabase(client: pg.Client, database: string, owner: string): Promise<void> {
  const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [database]);
  const name = pg.escapeIdentifier(database);
  if (rowCount === 0) {
    // file_copy: the template is small, and writing its pages to the log one by one costs more than the checkpoint.
    await client.query(`create database ${name} owner ${pg.escapeIdentifier(owner)} strategy file_copy`);
  }
  await client.query(`revoke all on database ${name} from public`);
}

function addressOf(base: string, database: string, role: string, password: string): string {
  const url = new URL(base);
  url.username = encodeURIComponent(role);
  url.password = encodeURIComponent(password);
  url.pathname = `/${database}`;
  return url.href;
}
