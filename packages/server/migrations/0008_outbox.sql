-- What happened, written with the change itself. Writers only insert; the relay moves rows on. They
-- stay for a moment, so that squeezing them (toast) would be wasted.
create table farthing.outbox (
  customer_id bigint      not null,
  id          bigint      not null,
  project_id  integer     not null,
  type        text        not null,
  data        json        not null,
  occurred_at timestamptz not null,
  primary key (customer_id, id)
) with (toast_tuple_target = 8160);
create index outbox_by_project on farthing.outbox (project_id, id);
call farthing.protect('outbox', 'select, insert, delete');

-- The newest number of each project's event log; only the relay counts, so the log has no gaps.
create table farthing.event_number (
  project_id  integer primary key,
  last_number bigint  not null
);
call farthing.protect('event_number', 'select, insert, update');

-- The event log.
create table farthing.event (
  customer_id bigint      not null,
  id          bigint      not null,
  project_id  integer     not null,
  number      bigint      not null,
  type        text        not null,
  data        json        not null,
  occurred_at timestamptz not null,
  primary key (customer_id, id)
);
create index event_by_number on farthing.event (project_id, number);
call farthing.protect('event', 'select, insert');

create table farthing.webhook_endpoint (
  project_id  integer     not null,
  endpoint_id bigint      not null,
  url         text        not null,
  dialect     text        not null check (dialect in ('native', 'metered')),
  -- Null means every type.
  event_types text[],
  secret      text        not null,
  status      text        not null check (status in ('enabled', 'disabled')),
  created_at  timestamptz not null,
  primary key (project_id, endpoint_id)
);
call farthing.protect('webhook_endpoint', 'select, insert, update, delete');

create table farthing.webhook_delivery (
  customer_id     bigint      not null,
  id              bigint      not null,
  project_id      integer     not null,
  endpoint_id     bigint      not null,
  event_id        bigint      not null,
  event_number    bigint      not null,
  event_type      text        not null,
  body            text        not null,
  status          text        not null check (status in ('pending', 'delivered', 'failed')),
  attempt_count   integer     not null,
  next_attempt_at timestamptz,
  created_at      timestamptz not null,
  delivered_at    timestamptz,
  primary key (customer_id, id)
);
-- By endpoint, so that the backlog of a slow one is stepped over and not read.
create index webhook_delivery_due on farthing.webhook_delivery (project_id, endpoint_id, next_attempt_at)
  where next_attempt_at is not null;
create index webhook_delivery_by_endpoint on farthing.webhook_delivery (project_id, endpoint_id, event_number);
call farthing.protect('webhook_delivery', 'select, insert, update');

-- The delivery log: one row a try.
create table farthing.webhook_attempt (
  customer_id    bigint      not null,
  delivery_id    bigint      not null,
  attempt_number integer     not null,
  project_id     integer     not null,
  started_at     timestamptz not null,
  duration_ms    integer     not null,
  status         integer,
  error          text,
  primary key (customer_id, delivery_id, attempt_number)
);
call farthing.protect('webhook_attempt', 'select, insert');
