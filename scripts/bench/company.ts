// The company that the bench measures with: 20,000 deals of 40 employees in 10 departments of 3 branches.
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { employeeAttributes, type Login } from '../../deploy/keycloak/logins.ts';

const DEALS = 20_000;
const BRANCHES = 3;
const DEPARTMENTS = 10;
const EMPLOYEES = 40;

const ids = (count: number): string[] => Array.from({ length: count }, () => randomUUID());

/** The first department stands above the second and third. */
export interface Company {
  branches: string[];
  departments: string[];
  employees: string[];
}

export function makeCompany(): Company {
  return { branches: ids(BRANCHES), departments: ids(DEPARTMENTS), employees: ids(EMPLOYEES) };
}

/** A person of the company with a role, at the head of the first department. */
export function employeeLogin(company: Company, username: string, role: string, employee: number): Login {
  const [branch = ''] = company.branches;
  const [department = ''] = company.departments;
  return {
    username,
    password: `${randomUUID()}-A1`,
    roles: [role],
    attributes: employeeAttributes({
      employeeId: company.employees[employee] ?? '',
      branchIds: [branch],
      departmentPaths: [department],
      homeBranchId: branch,
      homeDepartmentId: department,
    }),
  };
}

/** Writes the rows straight into the database of deals, as its owner: what is measured is reading. */
export async function seedDeals(databaseUrl: string, { branches, departments, employees }: Company): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(
      `insert into kit.branch_copy (id, time_zone, currency_code, version)
       select id, 'Europe/Kyiv', 'UAH', 1 from unnest($1::uuid[]) as b(id)`,
      [branches],
    );
    await client.query(
      `insert into kit.department_copy (id, parent_id, branch_id, version)
       select id, case when n in (2, 3) then ($1::uuid[])[1] end, ($2::uuid[])[1 + n % ${BRANCHES}], 1
       from unnest($1::uuid[]) with ordinality as d(id, n)`,
      [departments, branches],
    );
    const [pipeline, product, lossReason] = ids(3);
    const stages = ids(5);
    await client.query(
      `insert into pipeline (id, version, create_time, update_time, display_name, default_pipeline)
       values ($1, 1, now(), now(), 'Sales', true)`,
      [pipeline],
    );
    await client.query(
      `insert into stage (id, pipeline_id, ordinal, display_name, probability)
       select id, $1, n, 'Stage ' || n, n * 20 from unnest($2::uuid[]) with ordinality as s(id, n)`,
      [pipeline, stages],
    );
    await client.query(
      `insert into product (id, version, create_time, update_time, display_name, group_name, unit, description, attributes)
       values ($1, 1, now(), now(), 'Refrigerated cabinet', 'Cabinets', 'piece', '', '{}')`,
      [product],
    );
    await client.query(
      `insert into loss_reason (id, version, create_time, update_time, display_name) values ($1, 1, now(), now(), 'Price')`,
      [lossReason],
    );
    await client.query(
      `insert into deal (id, version, create_time, update_time, owner_id, department_id, branch_id, credited_employee_id,
         credited_department_id, credited_branch_id, display_name, counterparty_id, product_id, pipeline_id, stage_id, outcome,
         amount, amount_currency, cost, cost_currency, margin, margin_currency, start_date, close_date, business_date,
         loss_reason_id, loss_comment, note, attributes)
       select uuidv7(), 1 + n % 5, now() - n * interval '1 minute', now() - n * interval '1 minute', owner, department, branch,
         owner, department, branch, 'Refrigeration of shop ' || n, gen_random_uuid(), $4, $5, ($6::uuid[])[1 + n % 5],
         outcome, amount, 'UAH', amount * 0.7, 'UAH', amount * 0.3, 'UAH', current_date - n % 365,
         case when outcome <> 'OUTCOME_OPEN' then current_date - n % 90 end, current_date - n % 365,
         case when outcome = 'OUTCOME_LOST' then $7::uuid end,
         '', 'Asked for an offer with installation and a year of service; decides with the owner of the shop.',
         case when n % 2 = 0 then '{"leadTemperature": "warm", "visits": "3"}'::jsonb else '{}'::jsonb end
       from (
         select n, ($1::uuid[])[1 + n % ${EMPLOYEES}] as owner, ($2::uuid[])[1 + n % ${DEPARTMENTS}] as department,
           ($3::uuid[])[1 + n % ${BRANCHES}] as branch, (1000 + n % 9000)::numeric as amount,
           (array['OUTCOME_OPEN', 'OUTCOME_WON', 'OUTCOME_LOST'])[1 + n % 3] as outcome
         from generate_series(1, ${DEALS}) as n
       ) as draft`,
      [employees, departments, branches, product, pipeline, stages, lossReason],
    );
    await client.query(
      `insert into kit.row_participant (id, resource, row_id, employee_id, verbs)
       select uuidv7(), 'deals.deal', id, ($1::uuid[])[1 + (random() * ${EMPLOYEES - 1})::int], array['read']
       from deal order by create_time limit 1000`,
      [employees],
    );
    await client.query('vacuum analyze');
  } finally {
    await client.end();
  }
}
