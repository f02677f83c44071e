import pg from 'pg';

/**
 * What the role that a service runs as may do: its rows, but not its schema;
 * of the audit only to add; of the journal only to add and to mark as
 * published. A service that is broken into cannot rewrite what it did.
 */
export async function grantApp(owner: pg.Client, appRole: string): Promise<void> {
  const role = pg.escapeIdentifier(appRole);
  await owner.query(`
    begin;
    grant usage on schema public, kit to ${role};
    grant select, insert, update, delete on all tables in schema public, kit to ${role};
    grant usage on all sequences in schema public, kit to ${role};
    revoke update, delete on kit.audit_event, kit.outbox_event from ${role};
    grant update (published_at, journal_seq) on kit.outbox_event to ${role};
    revoke all on _prisma_migrations from ${role};
    commit;
  `);
}
