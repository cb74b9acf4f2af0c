-- Invoices that charge something once, without a subscription, and invoices that are sent to be paid.
alter table farthing.invoice drop constraint invoice_reason_check;
alter table farthing.invoice
  add constraint invoice_reason_check
    check (reason in ('opening', 'renewal', 'change', 'term', 'final', 'one_off')),
  -- charge: the customer's card; send: it waits to be paid.
  add column collection text not null default 'charge' check (collection in ('charge', 'send')),
  -- Until when it is to be paid; null is at once, as it is issued.
  add column due_at timestamptz,
  -- When it was told that it is due and not paid; null when it was not.
  add column overdue_at timestamptz;
grant update (overdue_at) on farthing.invoice to farthing_app;
create index invoice_to_be_overdue on farthing.invoice (due_at)
  where status = 'open' and collection = 'send' and overdue_at is null;

alter table farthing.invoice_line
  drop constraint invoice_line_kind_check,
  drop constraint invoice_line_price_check;
alter table farthing.invoice_line
  -- one_off: so many of something at an amount each, of no price.
  add constraint invoice_line_kind_check check (kind in
    ('flat', 'credit', 'usage', 'late_usage', 'minimum', 'maximum', 'one_off')),
  add constraint invoice_line_price_check
    check (price_id is not null or kind in ('minimum', 'maximum', 'one_off'));
