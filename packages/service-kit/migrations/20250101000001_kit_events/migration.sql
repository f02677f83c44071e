-- What the consumers of events remember beside inbox and dead letters.

-- Digests are compared per subscribed type.
alter table kit.inbox_event add column type text not null;

-- Needed to hand a dead letter to its consumer again.
alter table kit.dead_letter add column version bigint not null;

-- Since when a consumer exists: a new reaction does not act upon history.
create table kit.event_consumer (
  consumer text not null,
  stream text not null,
  registered_at timestamptz not null default now(),
  primary key (consumer, stream)
);

-- How far each stream was last seen. Going back means that the broker lost
-- events that it had acknowledged.
create table kit.stream_position (
  stream text primary key,
  created timestamptz not null,
  last_seq bigint not null,
  seen_at timestamptz not null default now()
);

-- Stepwise consumers: the version done of each aggregate, and what came early.
create table kit.stepwise_position (
  consumer text not null,
  aggregate_id uuid not null,
  version int not null,
  primary key (consumer, aggregate_id)
);
create table kit.stepwise_parked (
  consumer text not null,
  aggregate_id uuid not null,
  version int not null,
  envelope bytea not null,
  parked_at timestamptz not null default now(),
  primary key (consumer, aggregate_id, version)
);
create index stepwise_parked_since on kit.stepwise_parked (consumer, parked_at);
