-- What everything stands on: the roles, the projects and the customers.
--
-- Rules that hold in every migration: a table that belongs to a customer leads with customer_id in
-- each of its keys; project_id is on every row; ids and times come from the application; there are no
-- triggers and no serial columns. Row-level security is switched on beside each table.

do $$ begin create role farthing_app nologin nobypassrls; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role farthing_worker nologin nobypassrls; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin execute format('grant farthing_app, farthing_worker to %I', session_user); end $$;

create schema farthing;
grant usage on schema farthing to farthing_app, farthing_worker;

-- The shard a customer's rows live on: one on a single node. `farthing db distribute` replaces it.
create function farthing.lane(customer_id bigint) returns integer
  language sql immutable parallel safe as 'select 0';

-- Holds a table to the project that the transaction names. The application's role sees no other
-- project's rows even when a query forgets its `where`; the worker's role finds due work everywhere.
-- A transaction that names a customer as well is held to that customer in the same way.
create procedure farthing.protect(table_name text, app_privileges text)
  language plpgsql as $$
declare
  scope text := 'project_id = nullif(current_setting(''farthing.project_id'', true), '''')::int';
begin
  if exists (select from information_schema.columns as known
              where known.table_schema = 'farthing' and known.table_name = protect.table_name
                and known.column_name = 'customer_id') then
    scope := scope || ' and customer_id = coalesce(
      nullif(current_setting(''farthing.customer_id'', true), '''')::bigint, customer_id)';
  end if;
  execute format('alter table farthing.%I enable row level security', table_name);
  execute format('create policy project_isolation on farthing.%I to farthing_app using (%s) with check (%s)',
                 table_name, scope, scope);
  execute format('create policy discovery on farthing.%I for select to farthing_worker using (true)', table_name);
  execute format('grant %s on farthing.%I to farthing_app', app_privileges, table_name);
  execute format('grant select on farthing.%I to farthing_worker', table_name);
end $$;

-- One product's billing on one side. The live and the sandbox side are two rows with one slug.
create table farthing.project (
  project_id     integer     primary key,
  slug           text        not null check (slug ~ '^[a-z][a-z0-9-]{0,62}$'),
  side           text        not null check (side in ('live', 'sandbox')),
  name           text        not null,
  -- What keys start with: `<key_prefix>_test_…` in sandbox, `<key_prefix>_live_…` in live.
  key_prefix     text        not null check (key_prefix ~ '^[a-z][a-z0-9_]{0,30}$'),
  -- Origins that a payer may be sent back to.
  return_origins text[]      not null,
  -- Days after a failed charge at which it is tried again.
  retry_days     integer[]   not null,
  created_at     timestamptz not null,
  unique (slug, side)
);
call farthing.protect('project', 'select, insert, update');

-- Names that others mint (external ids, provider ids, event ids) and whose they are: the one place of
-- project-wide and world-wide uniqueness, written in the transaction that needs it.
create table farthing.lookup (
  lookup_key  text    primary key,
  project_id  integer not null,
  customer_id bigint  not null,
  object_id   bigint  not null
);
call farthing.protect('lookup', 'select, insert, delete');

-- The newest invoice number of each project. Taken once per batch, as a transaction's last statement.
create table farthing.invoice_number (
  project_id  integer primary key,
  last_number bigint  not null
);
call farthing.protect('invoice_number', 'select, insert, update');

create table farthing.customer (
  customer_id   bigint      primary key,
  project_id    integer     not null,
  external_id   text,
  email         text,
  name          text        not null,
  time_zone     text        not null,
  -- Null until the first subscription decides it.
  currency      text,
  metadata      jsonb       not null,
  -- Sandbox only: the customer's own present. Whether there is one never changes.
  test_clock_at timestamptz,
  created_at    timestamptz not null
);
create index customer_by_project on farthing.customer (project_id, customer_id);
create index customer_by_email on farthing.customer (project_id, lower(email)) where email is not null;
call farthing.protect('customer', 'select, insert, update');

-- Tokens of the merchant's own servers. Only a keyed hash of the secret is kept. A project's token
-- has customer 0.
create table farthing.access_token (
  customer_id bigint      not null,
  id          bigint      not null,
  project_id  integer     not null,
  name        text        not null,
  scopes      text[]      not null,
  secret_hash bytea       not null,
  created_at  timestamptz not null,
  expires_at  timestamptz,
  revoked_at  timestamptz,
  primary key (customer_id, id)
);
create index access_token_by_project on farthing.access_token (project_id, id);
call farthing.protect('access_token', 'select, insert, update');

-- First answers to requests that carried an Idempotency-Key, written with the change they report.
create table farthing.idempotency_key (
  project_id    integer     not null,
  key           text        not null,
  request_hash  bytea       not null,
  status        integer     not null,
  -- Sealed with the server's pepper: an answer may hold a secret that is shown only once.
  answer        bytea       not null,
  created_at    timestamptz not null,
  primary key (project_id, key)
);
create index idempotency_key_by_age on farthing.idempotency_key (project_id, created_at);
call farthing.protect('idempotency_key', 'select, insert, delete');
