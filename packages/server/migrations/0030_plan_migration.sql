-- Moving those who have a plan from other versions of it to one of them.
create table farthing.plan_migration (
  project_id     integer     not null,
  id             bigint      not null,
  plan_id        bigint      not null,
  -- Null: every version before `to_version`.
  from_version   integer,
  to_version     integer     not null,
  takes_effect   text        not null check (takes_effect in ('now', 'period_end')),
  -- How money moves where it takes effect now; null leaves it to the version that is left.
  policy         text        check (policy in ('now_prorated', 'now_full', 'now_without')),
  -- Ids of customers and subscriptions; `only_ids` null: all.
  only_ids       text[],
  except_ids     text[]      not null,
  status         text        not null
                 check (status in ('draft', 'running', 'paused', 'completed', 'undoing', 'undone')),
  -- How many rows of plan_migration_subscription there are, and in which state; the rest waits.
  total_count    integer     not null,
  assessed_count integer     not null default 0,
  moved_count    integer     not null default 0,
  skipped_count  integer     not null default 0,
  failed_count   integer     not null default 0,
  returned_count integer     not null default 0,
  kept_count     integer     not null default 0,
  created_at     timestamptz not null,
  started_at     timestamptz,
  completed_at   timestamptz,
  undone_at      timestamptz,
  primary key (project_id, id)
);
create index plan_migration_at_work on farthing.plan_migration (project_id, id)
  where status in ('running', 'undoing') or (status = 'draft' and assessed_count < total_count);
call farthing.protect('plan_migration', 'select, insert, update');

-- Whom a migration moves, as it was when the draft was made, and what became of each.
create table farthing.plan_migration_subscription (
  customer_id     bigint      not null,
  migration_id    bigint      not null,
  subscription_id bigint      not null,
  project_id      integer     not null,
  -- The version that is left.
  from_version    integer     not null,
  state           text        not null default 'waiting'
                  check (state in ('waiting', 'moved', 'skipped', 'failed', 'returned', 'kept')),
  -- Why it is not moved, or stays moved: a code of the error table and what it tells with it.
  code            text,
  details         jsonb,
  currency        text,
  -- Flat prices of a period, before and after.
  before_minor    numeric(38),
  after_minor     numeric(38),
  -- What the move itself gives back, charges for the rest of the period, and bills of what ran.
  credited_minor  numeric(38),
  charged_minor   numeric(38),
  accrued_minor   numeric(38),
  -- What the usage of a period comes to, before and after; null where nobody can tell.
  usage_start     timestamptz,
  usage_end       timestamptz,
  usage_before_minor numeric(38),
  usage_after_minor  numeric(38),
  invoice_id      bigint,
  -- When the figures were told beforehand, by the server's clock.
  assessed_at     timestamptz,
  -- In the customer's own time, like all that happens to a subscription.
  moved_at        timestamptz,
  effective_at    timestamptz,
  primary key (customer_id, migration_id, subscription_id)
);
create index plan_migration_subscription_by_migration
  on farthing.plan_migration_subscription (migration_id, customer_id, subscription_id);
create index plan_migration_subscription_by_state
  on farthing.plan_migration_subscription (migration_id, state, customer_id, subscription_id);
create index plan_migration_subscription_unassessed
  on farthing.plan_migration_subscription (migration_id, customer_id, subscription_id)
  where state = 'waiting' and assessed_at is null;
call farthing.protect('plan_migration_subscription', 'select, insert, update');
