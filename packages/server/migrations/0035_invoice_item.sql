-- What is charged once, or taken off, with an invoice that is still to come.
create table farthing.invoice_item (
  customer_id     bigint         not null,
  id              bigint         not null,
  project_id      integer        not null,
  -- On whose next invoice it goes; null: on the customer's, whichever comes first.
  subscription_id bigint,
  description     text           not null,
  quantity        numeric(38, 9) not null check (quantity > 0),
  -- What one costs, in the currency's major unit; below zero it takes off.
  unit_amount     numeric(38, 9) not null,
  currency        text           not null,
  created_at      timestamptz    not null,
  -- The line that billed it; null while it is pending.
  invoice_id      bigint,
  line_number     integer,
  primary key (customer_id, id),
  check ((invoice_id is null) = (line_number is null))
);
-- What closing a batch of periods asks for: of most customers there is nothing in it.
create index invoice_item_pending on farthing.invoice_item (customer_id) where invoice_id is null;
create index invoice_item_by_project on farthing.invoice_item (project_id, id);
call farthing.protect('invoice_item', 'select, insert, update, delete');
