-- What is sold. A plan version never changes once it is written; editing makes the next version.
-- Reference tables: no keys to customers.

create table farthing.plan (
  project_id     integer     not null,
  plan_id        bigint      not null,
  latest_version integer     not null check (latest_version > 0),
  status         text        not null check (status in ('active', 'archived')),
  created_at     timestamptz not null,
  primary key (project_id, plan_id)
);
call farthing.protect('plan', 'select, insert, update');

create table farthing.plan_version (
  project_id     integer     not null,
  plan_id        bigint      not null,
  version        integer     not null check (version > 0),
  name           text        not null,
  description    text,
  currency       text        not null,
  interval_unit  text        not null check (interval_unit in ('day', 'week', 'month', 'quarter', 'year', 'fixed_days')),
  interval_count integer     not null check (interval_count between 1 and 1000),
  metadata       jsonb       not null,
  published_at   timestamptz not null,
  primary key (project_id, plan_id, version),
  foreign key (project_id, plan_id) references farthing.plan
);
call farthing.protect('plan_version', 'select, insert');

create table farthing.price (
  project_id        integer        not null,
  plan_id           bigint         not null,
  version           integer        not null,
  price_id          bigint         not null,
  position          integer        not null,
  name              text           not null,
  model             text           not null check (model in ('flat', 'per_unit', 'graduated', 'volume')),
  billed            text           not null check (billed in ('advance', 'arrears')),
  -- The usage metric that is priced; null on a flat price.
  metric            text,
  -- The flat amount, or the price of one unit; null where tiers say it.
  unit_price        numeric(38, 9),
  -- [{"up_to": "100" | null, "unit_price": "0.5", "flat_price": "0"}, …], rising, the last one open.
  tiers             jsonb,
  included_quantity numeric(38, 9) not null check (included_quantity >= 0),
  primary key (project_id, plan_id, version, price_id),
  foreign key (project_id, plan_id, version) references farthing.plan_version,
  check ((metric is null) = (model = 'flat')),
  check ((tiers is not null) = (model in ('graduated', 'volume'))),
  check ((unit_price is not null) = (model in ('flat', 'per_unit')))
);
call farthing.protect('price', 'select, insert');
