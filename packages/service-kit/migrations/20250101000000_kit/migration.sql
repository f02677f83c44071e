-- What every service keeps beside its own tables: its journal of events, what
-- its consumers have done, who changed what, and the copies that its row
-- predicates and business dates need. `src/data/migrate` grants the app role
-- its rights after every migration.
create schema kit;

-- The journal: written with the row it tells of, never deleted. The relay sets
-- published_at and journal_seq.
create table kit.outbox_event (
  event_id uuid primary key,
  aggregate_id uuid not null,
  version int not null check (version > 0),
  type text not null,
  payload bytea not null,
  traceparent text not null default '',
  actor text not null default '',
  branch_id text not null default '',
  occur_time timestamptz not null default now(),
  journal_seq bigint unique,
  published_at timestamptz,
  unique (aggregate_id, version)
);
create index outbox_event_unpublished on kit.outbox_event (event_id) where published_at is null;

-- What a reaction has done: the row is in the transaction of the effect.
create table kit.inbox_event (
  consumer text not null,
  event_id uuid not null,
  processed_at timestamptz not null default now(),
  primary key (consumer, event_id)
);

-- Events that a consumer could not decode or apply, until an operator re-drives
-- them. Ids are text: what arrived may be malformed in any way.
create table kit.dead_letter (
  id uuid primary key,
  consumer text not null,
  event_id text not null,
  type text not null,
  aggregate_id text not null,
  payload bytea not null,
  headers jsonb not null default '{}',
  error text not null,
  attempts int not null,
  trace_id text not null default '',
  first_time timestamptz not null default now(),
  last_time timestamptz not null default now(),
  resolved_at timestamptz,
  unique (consumer, event_id)
);
create index dead_letter_open on kit.dead_letter (consumer, first_time) where resolved_at is null;

-- Who changed what, and who read what is protected. Insert-only for the app role.
create table kit.audit_event (
  id uuid primary key,
  occur_time timestamptz not null default now(),
  actor text not null,
  client text not null,
  resource text not null,
  action text not null,
  -- One row of a write; all rows of a read.
  row_ids uuid[] not null,
  -- Access groups that a read disclosed; empty for a write.
  groups text[] not null default '{}',
  before jsonb,
  after jsonb,
  trace_id text not null default ''
);
create index audit_event_time on kit.audit_event (occur_time);

-- First answers of creates that carried a request_id, for 24 hours.
create table kit.request_record (
  caller text not null,
  key text not null,
  body_hash bytea not null,
  response bytea not null,
  create_time timestamptz not null default now(),
  primary key (caller, key)
);
create index request_record_time on kit.request_record (create_time);

-- Who else is concerned with a row: an addressee, executor or approver, or a
-- department that was asked. Widens the row scope `own` for the verbs listed.
create table kit.row_participant (
  id uuid primary key,
  resource text not null,
  row_id uuid not null,
  employee_id uuid,
  department_id uuid,
  verbs text[] not null,
  until timestamptz,
  check (num_nonnulls(employee_id, department_id) = 1),
  unique nulls not distinct (row_id, employee_id, department_id)
);
create index row_participant_employee on kit.row_participant (employee_id, row_id) where employee_id is not null;
create index row_participant_department on kit.row_participant (department_id, row_id) where department_id is not null;

-- Under the services' own schema because Prisma joins within one schema only.
create view row_participant as select * from kit.row_participant;

-- The tree of departments and the zones of branches, as contacts' events tell.
create table kit.department_copy (
  id uuid primary key,
  parent_id uuid,
  branch_id uuid,
  version int not null
);
create table kit.branch_copy (
  id uuid primary key,
  time_zone text not null,
  currency_code text not null,
  version int not null
);
