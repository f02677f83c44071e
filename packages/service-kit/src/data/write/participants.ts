import { v7 as uuidv7 } from 'uuid';
import { insideOf, type Transaction } from '../transaction.js';

/** Somebody who is concerned with a row beside its owner: an employee, or a department with all who are in it. */
export type Participant = ({ readonly employeeId: string } | { readonly departmentId: string }) & {
  /** The actions for which his row scope is widened by this row: `read`, `update`, `close`. He needs the right itself too. */
  readonly verbs: readonly string[];
  /** Until when; for ever when absent. */
  readonly until?: Date;
};

export const participants = {
  /**
   * Makes these, and nobody else, the participants of a row, in the transaction
   * of the change that they follow from and after it: its lock keeps two from
   * meeting here. Each employee and department once.
   */
  async set(tx: Transaction, resource: string, rowId: string, wanted: readonly Participant[]): Promise<void> {
    const { sql } = insideOf(tx);
    await sql`delete from kit.row_participant where row_id = ${rowId}::uuid`;
    if (wanted.length === 0) return;
    const rows = wanted.map(({ verbs, until, ...who }) => ({
      id: uuidv7(),
      employee_id: 'employeeId' in who ? who.employeeId : null,
      department_id: 'departmentId' in who ? who.departmentId : null,
      verbs,
      until: until ?? null,
    }));
    await sql`
      insert into kit.row_participant (id, resource, row_id, employee_id, department_id, verbs, until)
      select p.id, ${resource}, ${rowId}::uuid, p.employee_id, p.department_id, p.verbs, p.until
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as p(id uuid, employee_id uuid, department_id uuid, verbs text[], until timestamptz)`;
  },
};
