-- How and until when invoices are to be paid: what holds in a project, and what a customer has of its own.
alter table farthing.project
  -- charge: the customer's card, at once; send: the invoice waits to be paid.
  add column collection text not null default 'charge' check (collection in ('charge', 'send')),
  -- Days of the customer's calendar until what is sent is due.
  add column net_days integer not null default 30 check (net_days between 0 and 365);
alter table farthing.customer
  -- Null: as the project says.
  add column collection text check (collection in ('charge', 'send')),
  add column net_days integer check (net_days between 0 and 365);

-- A page at the provider on which an invoice that was sent is paid by card, for what was left to pay when
-- it was opened. It may be paid on an old page as well: then on more than one.
create table farthing.invoice_page (
  customer_id  bigint      not null,
  id           bigint      not null,
  project_id   integer     not null,
  invoice_id   bigint      not null,
  amount_minor numeric(38) not null check (amount_minor > 0),
  -- open: who follows the invoice's link is led there; closed: it was paid, has ended, or asks for too much.
  status       text        not null check (status in ('open', 'closed')),
  -- The provider's own name of it; null until it is known.
  rail_ref     text,
  created_at   timestamptz not null,
  primary key (customer_id, id)
);
create unique index invoice_page_that_is_open on farthing.invoice_page (customer_id, invoice_id)
  where status = 'open';
call farthing.protect('invoice_page', 'select, insert, update');
