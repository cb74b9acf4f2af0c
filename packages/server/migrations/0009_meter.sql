-- What a usage price measures: its meter. Where nothing else is said, as in all prices so far, a meter
-- has the name of its metric and adds up the quantities of all of its events.
alter table farthing.price
  -- Unique in its plan version; null is the metric's own name.
  add column meter       text,
  add column aggregation text not null default 'sum'
    check (aggregation in ('sum', 'count', 'max', 'latest', 'unique_count')),
  -- The property whose different values are counted.
  add column property    text,
  -- {"region": ["eu", "us"], …}: an event counts when each of these properties has one of the values.
  add column filters     jsonb,
  add check ((property is not null) = (aggregation = 'unique_count'));

-- A counter is kept for each meter, whatever its aggregation, so that what is used is one read. Its
-- column `metric` holds the meter's name; `quantity` is what the meter shows.
alter table farthing.usage_counter
  add column aggregation text not null default 'sum'
    check (aggregation in ('sum', 'count', 'max', 'latest', 'unique_count')),
  -- When what a counter of `latest` shows was so.
  add column reported_at timestamptz;

-- The values that a unique count has met in a period. One counts while its events add up to more than
-- nothing, so that a correction takes it back.
create table farthing.usage_value (
  customer_id     bigint         not null,
  subscription_id bigint         not null,
  meter           text           not null,
  period_start    timestamptz    not null,
  value           text           not null,
  project_id      integer        not null,
  quantity        numeric(38, 9) not null,
  -- What the newest batch added: whoever added it sees by this whether the value began or ceased to count.
  gained          numeric(38, 9) not null,
  primary key (customer_id, subscription_id, meter, period_start, value)
) with (fillfactor = 80);
call farthing.protect('usage_value', 'select, insert, update');
