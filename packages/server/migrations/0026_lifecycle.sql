-- How a subscription begins, rests, ends and is bought again, and what its plan says of that.
alter table farthing.plan_version
  -- {"renewal", "trial": {"days", "requires_card", "without_card"}, "pause": {"unused", "anchor"}};
  -- null: renewed by itself, without a trial, paused as usual.
  add column lifecycle jsonb;

alter table farthing.subscription
  drop constraint subscription_status_check,
  add constraint subscription_status_check check (status in
    ('incomplete', 'scheduled', 'trialing', 'active', 'past_due', 'paused', 'canceled', 'expired')),
  -- The first instant at which it ran, in its trial or in its first period.
  add column began_at timestamptz,
  -- Until when its trial runs or ran; null where there was none.
  add column trial_end_at timestamptz,
  -- {"starts_at", "trial", "anchor"}: how it was asked to begin; null: at once, with nothing of it.
  add column beginning jsonb,
  -- {"at_period_end", "paused_at", "resumes_at", "paid_until"}: the pause that runs or is to come.
  add column pause jsonb,
  -- Terms that were bought beyond the running one.
  add column terms_ahead integer not null default 0 check (terms_ahead >= 0);
update farthing.subscription set began_at = anchor_at where anchor_at is not null;

alter table farthing.invoice drop constraint invoice_reason_check;
alter table farthing.invoice
  -- term: a further term was bought by hand; its period is that term.
  add constraint invoice_reason_check
    check (reason in ('opening', 'renewal', 'change', 'term', 'final', 'one_off'));
