-- Transfers between two accounts of a customer's books: balanced by their shape, never changed, and
-- chained by a hash in the order of their sequence.
create table farthing.ledger_transfer (
  customer_id    bigint      not null,
  sequence       bigint      not null check (sequence > 0),
  project_id     integer     not null,
  currency       text        not null,
  debit_account  text        not null,
  credit_account text        not null check (credit_account <> debit_account),
  amount_minor   numeric(38) not null check (amount_minor > 0),
  source_type    text        not null check (source_type in ('invoice', 'payment')),
  source_id      bigint      not null,
  occurred_at    timestamptz not null,
  hash           bytea       not null,
  primary key (customer_id, sequence)
);
call farthing.protect('ledger_transfer', 'select, insert');

-- Where each customer's chain ends. Locking it is what puts two writers into an order.
create table farthing.ledger_head (
  customer_id bigint  primary key,
  project_id  integer not null,
  sequence    bigint  not null,
  hash        bytea   not null
) with (fillfactor = 70);
call farthing.protect('ledger_head', 'select, insert, update');

create view farthing.ledger_posting with (security_invoker = true) as
  select customer_id, sequence, project_id, currency, debit_account as account, amount_minor, occurred_at
    from farthing.ledger_transfer
  union all
  select customer_id, sequence, project_id, currency, credit_account, -amount_minor, occurred_at
    from farthing.ledger_transfer;
grant select on farthing.ledger_posting to farthing_app, farthing_worker;
