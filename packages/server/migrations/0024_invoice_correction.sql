-- What an invoice that is issued can still go through: credit notes, void, and money by other ways than
-- a card. The lines and the total never change.
alter table farthing.invoice
  -- What credit notes took off what was due, before it was paid.
  add column credited_minor numeric(38) not null default 0;
grant update (credited_minor) on farthing.invoice to farthing_app;

alter table farthing.payment drop constraint payment_status_check;
alter table farthing.payment
  -- canceled: its invoice is void, given up, paid otherwise, or collected by another payment since its
  -- amount changed. What comes all the same is the customer's credit.
  add constraint payment_status_check check (status in ('pending', 'succeeded', 'failed', 'canceled')),
  -- What of it was not due any more when it came: the customer's credit.
  add column surplus_minor numeric(38) not null default 0;
alter table farthing.payment drop constraint payment_customer_id_invoice_id_key;
-- One payment at a time collects an invoice.
create unique index payment_that_collects on farthing.payment (customer_id, invoice_id)
  where status in ('pending', 'failed');
create index payment_by_invoice on farthing.payment (customer_id, invoice_id);

-- Money that came outside of any rail, as an operator recorded it.
create table farthing.manual_payment (
  customer_id   bigint      not null,
  id            bigint      not null,
  project_id    integer     not null,
  invoice_id    bigint      not null,
  -- The operator's own name for it: recorded again with it, the first answers.
  reference     text        not null,
  method        text        not null check (method in ('bank_transfer', 'cash', 'check', 'other')),
  currency      text        not null,
  amount_minor  numeric(38) not null check (amount_minor > 0),
  -- What of it was more than due: the customer's credit.
  surplus_minor numeric(38) not null check (surplus_minor >= 0),
  paid_at       timestamptz not null,
  created_at    timestamptz not null,
  primary key (customer_id, id),
  unique (customer_id, reference)
);
create index manual_payment_by_invoice on farthing.manual_payment (customer_id, invoice_id);
call farthing.protect('manual_payment', 'select, insert');

create table farthing.credit_note (
  customer_id   bigint      not null,
  id            bigint      not null,
  project_id    integer     not null,
  invoice_id    bigint      not null,
  -- Gapless within a project.
  number        bigint      not null check (number > 0),
  reason        text        not null,
  currency      text        not null,
  amount_minor  numeric(38) not null check (amount_minor > 0),
  -- Where it went: off what was due, to the customer's credit, back through the rail.
  due_minor     numeric(38) not null check (due_minor >= 0),
  balance_minor numeric(38) not null check (balance_minor >= 0),
  refund_minor  numeric(38) not null check (refund_minor >= 0),
  created_at    timestamptz not null,
  primary key (customer_id, id),
  check (amount_minor = due_minor + balance_minor + refund_minor)
);
create index credit_note_by_invoice on farthing.credit_note (customer_id, invoice_id);
create index credit_note_by_project on farthing.credit_note (project_id, id);
call farthing.protect('credit_note', 'select, insert');

-- What of each invoice line it takes back.
create table farthing.credit_note_line (
  customer_id    bigint      not null,
  credit_note_id bigint      not null,
  line_number    integer     not null,
  project_id     integer     not null,
  amount_minor   numeric(38) not null check (amount_minor > 0),
  primary key (customer_id, credit_note_id, line_number)
);
call farthing.protect('credit_note_line', 'select, insert');

-- The newest credit note number of each project, taken like an invoice's.
create table farthing.credit_note_number (
  project_id  integer primary key,
  last_number bigint  not null
);
call farthing.protect('credit_note_number', 'select, insert, update');

alter table farthing.refund add column credit_note_id bigint;

alter table farthing.ledger_transfer drop constraint ledger_transfer_source_type_check;
alter table farthing.ledger_transfer add constraint ledger_transfer_source_type_check
  check (source_type in
    ('invoice', 'payment', 'refund', 'dispute', 'manual_payment', 'credit_note'));
