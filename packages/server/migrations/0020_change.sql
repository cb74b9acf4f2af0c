-- What becomes of a subscription that changes, by its plan: in which way it gains and loses, how time
-- is measured, and whether what costs more waits for its payment.
alter table farthing.plan_version
  add column kind text not null default 'plan' check (kind in ('plan', 'add_on')),
  add column upgrade text not null default 'now_prorated'
    check (upgrade in ('now_prorated', 'now_full', 'now_without', 'at_period_end')),
  add column downgrade text not null default 'at_period_end'
    check (downgrade in ('now_prorated', 'now_full', 'now_without', 'at_period_end')),
  add column proration text not null default 'exact_time'
    check (proration in ('exact_time', 'days', 'days_inclusive', 'fixed_30_days')),
  add column payment_gated boolean not null default true,
  -- Sold in bands: so many at least, above them in whole steps. Null: sold once, and no more.
  add column quantity_included bigint check (quantity_included >= 0),
  add column quantity_step bigint check (quantity_step > 0),
  add constraint plan_version_quantity_check
    check ((quantity_included is null) = (quantity_step is null));

alter table farthing.subscription
  add column quantity bigint not null default 1 check (quantity > 0),
  -- What that is billed as, by the plan's bands.
  add column billable bigint not null default 1 check (billable >= 0),
  -- [{"from": "…", "quantity": "15"}, …]: what was licensed since when in the running period. Null is
  -- what the quantity is billed as, since the period began.
  add column licensed jsonb,
  -- [{"plan": "12", "version": 1, "quantity": "2", "billable": "5", "licensed": […]}, …]
  add column add_ons jsonb,
  -- Since when the present terms hold, at the start of a period or inside one, which is cut there.
  -- Null: since the first period began.
  add column terms_since timestamptz,
  -- What it is to become at an instant, or at the period's end. One at most.
  add column pending_change jsonb;

-- A change that was made: what had been sold before it. Where `is_cut`, usage until then is counted and
-- billed under these terms; else nothing ended and something was added.
create table farthing.subscription_change (
  customer_id     bigint      not null,
  subscription_id bigint      not null,
  id              bigint      not null,
  project_id      integer     not null,
  changed_at      timestamptz not null,
  is_cut          boolean     not null,
  -- What charges and gives back for it; null when nothing moved, or when it is a renewal's invoice.
  invoice_id      bigint,
  -- Since when the terms before held.
  since           timestamptz not null,
  anchor_at       timestamptz not null,
  interval_unit   text        not null,
  interval_count  integer     not null,
  plan_id         bigint      not null,
  plan_version    integer     not null,
  quantity        bigint      not null,
  billable        bigint      not null,
  add_ons         jsonb,
  primary key (customer_id, subscription_id, id)
);
call farthing.protect('subscription_change', 'select, insert');

alter table farthing.period_close drop constraint period_close_kind_check;
alter table farthing.period_close
  -- change: the period was cut, and what ran of it until there is over.
  add constraint period_close_kind_check check (kind in ('opening', 'renewal', 'change', 'final'));

alter table farthing.invoice drop constraint invoice_reason_check;
alter table farthing.invoice
  -- `term` is 0026's, which came first where both did not come at once.
  add constraint invoice_reason_check
    check (reason in ('opening', 'renewal', 'change', 'term', 'final'));

alter table farthing.invoice_line drop constraint invoice_line_kind_check;
alter table farthing.invoice_line
  -- credit: the unused part of what another line charged in advance.
  add constraint invoice_line_kind_check
    check (kind in ('flat', 'credit', 'usage', 'late_usage', 'minimum', 'maximum'));
