import type { Sql } from '../../events/sql.js';

/** What is written down of one protected read. */
export interface ReadRecord {
  readonly id: string;
  readonly actor: string;
  readonly client: string;
  readonly resource: string;
  readonly action: string;
  readonly row_ids: readonly string[];
  readonly groups: readonly string[];
  readonly trace_id: string;
}

interface Waiting {
  readonly record: ReadRecord;
  readonly written: () => void;
  readonly failed: (cause: unknown) => void;
}

/** Records of one statement. */
const MAX_BATCH = 200;
/** Statements on their way at once: one that hangs with its connection does not hold up all readers. */
const WRITERS = 2;

/**
 * Writes records of reads. Every call waits until its own record is committed;
 * those that come while statements are on their way go together in the next one,
 * so that many readers at once cost one commit and not one each.
 */
export class ReadAudit {
  private waiting: Waiting[] = [];
  private writers = 0;

  constructor(private readonly sql: Sql) {}

  write(record: ReadRecord): Promise<void> {
    return new Promise((written, failed) => {
      this.waiting.push({ record, written, failed });
      if (this.writers < WRITERS) void this.writeAll();
    });
  }

  private async writeAll(): Promise<void> {
    this.writers += 1;
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, MAX_BATCH);
      try {
        await this.insert(batch.map(({ record }) => record));
        for (const { written } of batch) written();
      } catch (cause) {
        for (const { failed } of batch) failed(cause);
      }
    }
    this.writers -= 1;
  }

  private async insert(records: readonly ReadRecord[]): Promise<void> {
    await this.sql`
      insert into kit.audit_event (id, actor, client, resource, action, row_ids, groups, trace_id)
      select id, actor, client, resource, action, row_ids, groups, trace_id
      from jsonb_to_recordset(${JSON.stringify(records)}::jsonb) as read(id uuid, actor text, client text, resource text,
        action text, row_ids uuid[], groups text[], trace_id text)`;
  }
}
