-- Comparisons of what the provider says it moved with what stands in the ledger.
create table farthing.reconciliation (
  project_id       integer     not null,
  id               bigint      not null,
  rail             text        not null,
  from_at          timestamptz not null,
  to_at            timestamptz not null check (to_at > from_at),
  charge_count     integer     not null,
  refund_count     integer     not null,
  -- Charges at the same provider that somebody else made.
  foreign_count    integer     not null,
  difference_count integer     not null,
  created_at       timestamptz not null,
  primary key (project_id, id)
);
call farthing.protect('reconciliation', 'select, insert');

create table farthing.reconciliation_difference (
  project_id        integer     not null,
  reconciliation_id bigint      not null,
  position          integer     not null,
  kind              text        not null,
  rail_ref          text        not null,
  -- Our id of the payment; null when none is known.
  payment           text,
  currency          text        not null,
  rail_minor        numeric(38) not null,
  ledger_minor      numeric(38) not null,
  primary key (project_id, reconciliation_id, position)
);
call farthing.protect('reconciliation_difference', 'select, insert');

create index payment_by_project_rail_ref on farthing.payment (project_id, rail_ref)
  where rail_ref is not null;
create index refund_by_project_rail_ref on farthing.refund (project_id, rail_ref)
  where rail_ref is not null;
