-- The customer as the payment provider knows it.
create table farthing.rail_customer (
  customer_id bigint      not null,
  rail        text        not null,
  project_id  integer     not null,
  rail_ref    text        not null,
  created_at  timestamptz not null,
  primary key (customer_id, rail)
);
-- Updated by nobody, but locked by whoever changes which of the customer's cards is charged.
call farthing.protect('rail_customer', 'select, insert, update');

create table farthing.payment_method (
  customer_id bigint      not null,
  id          bigint      not null,
  project_id  integer     not null,
  rail        text        not null,
  rail_ref    text        not null,
  brand       text        not null,
  last4       text        not null,
  exp_month   integer     not null,
  exp_year    integer     not null,
  is_default  boolean     not null,
  created_at  timestamptz not null,
  detached_at timestamptz,
  primary key (customer_id, id),
  unique (customer_id, rail, rail_ref)
);
call farthing.protect('payment_method', 'select, insert, update');

-- The collecting of one invoice. The rail's object is made once and confirmed again at each attempt,
-- so that the rail itself cannot charge twice.
create table farthing.payment (
  customer_id       bigint      not null,
  id                bigint      not null,
  project_id        integer     not null,
  invoice_id        bigint      not null,
  subscription_id   bigint,
  status            text        not null check (status in ('pending', 'succeeded', 'failed')),
  currency          text        not null,
  amount_minor      numeric(38) not null check (amount_minor > 0),
  rail              text        not null,
  rail_ref          text,
  attempt_count     integer     not null,
  -- When it is tried next, in the customer's own time; null when never.
  next_attempt_at   timestamptz,
  -- An attempt that began and has not ended holds the payment until this instant of the wall clock.
  leased_until      timestamptz,
  -- Where the retry schedule starts counting.
  first_failed_at   timestamptz,
  last_failure_code text,
  on_test_clock     boolean     not null,
  created_at        timestamptz not null,
  settled_at        timestamptz,
  primary key (customer_id, id),
  unique (customer_id, invoice_id)
);
create index payment_due on farthing.payment (next_attempt_at)
  where next_attempt_at is not null and not on_test_clock;
create index payment_due_on_test_clock on farthing.payment (customer_id, next_attempt_at)
  where next_attempt_at is not null and on_test_clock;
call farthing.protect('payment', 'select, insert, update');

create table farthing.payment_attempt (
  customer_id       bigint      not null,
  payment_id        bigint      not null,
  attempt_number    integer     not null check (attempt_number > 0),
  project_id        integer     not null,
  -- Null when there was no card to charge.
  payment_method_id bigint,
  started_at        timestamptz not null,
  settled_at        timestamptz,
  outcome           text        check (outcome in ('succeeded', 'declined', 'needs_action')),
  failure_code      text,
  -- The rail's own record of this try: what tells it from another when an answer was lost.
  charge_ref        text,
  primary key (customer_id, payment_id, attempt_number)
);
call farthing.protect('payment_attempt', 'select, insert, update');

-- A payer's visit to the rail's page, to save a card or to pay the first period.
create table farthing.checkout (
  customer_id     bigint      not null,
  id              bigint      not null,
  project_id      integer     not null,
  subscription_id bigint      not null,
  mode            text        not null check (mode in ('setup', 'payment')),
  status          text        not null check (status in ('open', 'completed')),
  return_url      text,
  rail            text        not null,
  -- The rail's newest page for this visit; null until somebody followed the link.
  rail_ref        text,
  created_at      timestamptz not null,
  completed_at    timestamptz,
  primary key (customer_id, id),
  unique (customer_id, subscription_id)
);
call farthing.protect('checkout', 'select, insert, update');

-- Notices from the rail, kept once by their id for ever and handled in a job.
create table farthing.rail_event (
  project_id      integer     not null,
  rail            text        not null,
  rail_ref        text        not null,
  -- In the rail's own words.
  type            text        not null,
  -- What it makes this server look at; null for what it does not follow.
  about           text        check (about in ('payment', 'checkout')),
  object_ref      text        not null,
  received_at     timestamptz not null,
  handled_at      timestamptz,
  -- When it is handled next, by the wall clock; null when it is done.
  next_attempt_at timestamptz,
  primary key (project_id, rail, rail_ref)
);
create index rail_event_due on farthing.rail_event (next_attempt_at) where next_attempt_at is not null;
call farthing.protect('rail_event', 'select, insert, update');
