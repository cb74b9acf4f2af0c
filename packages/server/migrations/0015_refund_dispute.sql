-- Money that came for a subscription that had ended is a payment without an invoice: it is given back.
alter table farthing.payment alter column invoice_id drop not null;
-- By the wall clock, which a test clock does not move: what the provider's own dates are compared with.
alter table farthing.payment add column collected_at timestamptz;
update farthing.payment set collected_at = settled_at where status = 'succeeded';
create unique index payment_by_rail_ref on farthing.payment (customer_id, rail, rail_ref)
  where rail_ref is not null;
create index payment_by_collected_at on farthing.payment (project_id, collected_at)
  where collected_at is not null;

alter table farthing.ledger_transfer drop constraint ledger_transfer_source_type_check;
alter table farthing.ledger_transfer add constraint ledger_transfer_source_type_check
  check (source_type in ('invoice', 'payment', 'refund', 'dispute'));

alter table farthing.rail_event drop constraint rail_event_about_check;
alter table farthing.rail_event add constraint rail_event_about_check
  check (about in ('payment', 'checkout', 'refund', 'dispute', 'card'));

create index payment_method_by_rail_ref on farthing.payment_method (project_id, rail_ref);

-- Money given back: asked for here, or by somebody at the provider's own dashboard.
create table farthing.refund (
  customer_id     bigint      not null,
  id              bigint      not null,
  project_id      integer     not null,
  payment_id      bigint      not null,
  status          text        not null check (status in ('pending', 'succeeded', 'failed')),
  currency        text        not null,
  amount_minor    numeric(38) not null check (amount_minor > 0),
  reason          text,
  rail            text        not null,
  -- Null until the rail has answered.
  rail_ref        text,
  failure_code    text,
  -- How often the rail was asked for it; before a second time it is asked what became of the first.
  attempt_count   integer     not null,
  -- When the rail is asked next, by the wall clock; null when it need not be.
  next_attempt_at timestamptz,
  created_at      timestamptz not null,
  settled_at      timestamptz,
  -- By the wall clock.
  refunded_at     timestamptz,
  primary key (customer_id, id)
);
create unique index refund_by_rail_ref on farthing.refund (customer_id, rail, rail_ref)
  where rail_ref is not null;
create index refund_by_payment on farthing.refund (customer_id, payment_id);
create index refund_due on farthing.refund (next_attempt_at) where next_attempt_at is not null;
create index refund_by_refunded_at on farthing.refund (project_id, refunded_at)
  where refunded_at is not null;
call farthing.protect('refund', 'select, insert, update');

-- A charge that its cardholder disputes with the bank.
create table farthing.dispute (
  customer_id  bigint      not null,
  id           bigint      not null,
  project_id   integer     not null,
  payment_id   bigint      not null,
  -- The bank only asks about an inquiry. It has taken the money of an open dispute, gives it back if
  -- that is won, and keeps it if it is lost.
  status       text        not null check (status in ('inquiry', 'open', 'won', 'lost')),
  currency     text        not null,
  amount_minor numeric(38) not null check (amount_minor > 0),
  reason       text        not null,
  rail         text        not null,
  rail_ref     text        not null,
  opened_at    timestamptz not null,
  closed_at    timestamptz,
  primary key (customer_id, id),
  unique (customer_id, rail, rail_ref)
);
create index dispute_by_payment on farthing.dispute (customer_id, payment_id);
call farthing.protect('dispute', 'select, insert, update');
