-- One row per billable event, which is also its dedup key. Rows never change: a correction is a new
-- row with a negative quantity. Partitions are by the month of receipt, so that forgetting is a drop.
create table farthing.usage_event (
  customer_id     bigint         not null,
  subscription_id bigint         not null,
  reference_id    text           not null check (length(reference_id) between 1 and 200),
  -- First day of the month in which this server received the event, by the wall clock.
  received_month  date           not null,
  project_id      integer        not null,
  metric          text           not null,
  quantity        numeric(38, 9) not null check (quantity <> 0),
  occurred_at     timestamptz    not null,
  -- In the customer's own time, which a test clock may move.
  received_at     timestamptz    not null,
  -- The billing period that the event belongs to.
  period_start    timestamptz    not null,
  -- How often that period had been billed when the event was counted: 0 is in time.
  closings        smallint       not null,
  properties      jsonb,
  primary key (customer_id, subscription_id, reference_id, received_month)
) partition by range (received_month);
call farthing.protect('usage_event', 'select, insert, update (closings)');

-- What a subscription used of a metric in a period, kept in the transaction that stores the events.
create table farthing.usage_counter (
  customer_id     bigint         not null,
  subscription_id bigint         not null,
  metric          text           not null,
  period_start    timestamptz    not null,
  project_id      integer        not null,
  quantity        numeric(38, 9) not null,
  event_count     bigint         not null,
  -- How much of it stands on invoices, and how often the period was billed.
  billed_quantity numeric(38, 9) not null,
  closings        smallint       not null,
  primary key (customer_id, subscription_id, metric, period_start)
) with (fillfactor = 70);
call farthing.protect('usage_counter', 'select, insert, update');
