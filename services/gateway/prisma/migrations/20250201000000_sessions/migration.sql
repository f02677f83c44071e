-- Sessions of browsers. The cookie holds a random id; here is only its SHA-256,
-- and the tokens are sealed with a key that the database never sees: who reads
-- this table can neither act as anybody nor tell who he was.
create table session (
  id_hash bytea primary key check (length(id_hash) = 32),
  sealed bytea not null,
  create_time timestamptz not null default now(),
  -- When the access token ends; until then no refresh is needed.
  access_expire_time timestamptz not null,
  -- When the refresh token ends, and with it the session.
  expire_time timestamptz not null
);

create index session_expire_time on session (expire_time);
