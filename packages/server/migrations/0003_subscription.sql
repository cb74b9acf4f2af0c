create table farthing.subscription (
  customer_id          bigint      not null,
  id                   bigint      not null,
  project_id           integer     not null,
  plan_id              bigint      not null,
  plan_version         integer     not null,
  status               text        not null check (status in ('incomplete', 'active', 'past_due', 'canceled')),
  title                text,
  reference_id         text,
  metadata             jsonb       not null,
  time_zone            text        not null,
  interval_unit        text        not null,
  interval_count       integer     not null,
  -- Billing period n starts at anchor + n × interval. All null until the subscription is active.
  anchor_at            timestamptz,
  period_index         integer,
  current_period_start timestamptz,
  current_period_end   timestamptz,
  cancel_at_period_end boolean     not null,
  canceled_at          timestamptz,
  -- No period runs after this instant; late usage is taken a little longer.
  ended_at             timestamptz,
  -- When time next has something to do here; null when never. Read in the customer's own time.
  next_action_at       timestamptz,
  on_test_clock        boolean     not null,
  created_at           timestamptz not null,
  activated_at         timestamptz,
  primary key (customer_id, id)
);
create index subscription_due on farthing.subscription (next_action_at)
  where next_action_at is not null and not on_test_clock;
create index subscription_by_project on farthing.subscription (project_id, id);
call farthing.protect('subscription', 'select, insert, update');

-- What makes a period billable once, whoever runs it and however often.
create table farthing.period_close (
  customer_id     bigint      not null,
  subscription_id bigint      not null,
  period_start    timestamptz not null,
  -- opening: the first period began. renewal: it ended, the next began. final: late usage was settled.
  kind            text        not null check (kind in ('opening', 'renewal', 'final')),
  project_id      integer     not null,
  invoice_id      bigint,
  closed_at       timestamptz not null,
  primary key (customer_id, subscription_id, period_start, kind)
);
call farthing.protect('period_close', 'select, insert');
