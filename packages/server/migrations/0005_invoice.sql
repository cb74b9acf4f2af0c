create table farthing.invoice (
  customer_id       bigint      not null,
  id                bigint      not null,
  project_id        integer     not null,
  subscription_id   bigint,
  -- Gapless within a project.
  number            bigint      not null check (number > 0),
  status            text        not null check (status in ('open', 'paid', 'void', 'uncollectible')),
  reason            text        not null check (reason in ('opening', 'renewal', 'final')),
  currency          text        not null,
  period_start      timestamptz not null,
  period_end        timestamptz not null,
  total_minor       numeric(38) not null,
  amount_paid_minor numeric(38) not null,
  issued_at         timestamptz not null,
  paid_at           timestamptz,
  primary key (customer_id, id)
);
create index invoice_by_project on farthing.invoice (project_id, id);
-- Once open an invoice never changes but for what was paid of it.
call farthing.protect('invoice', 'select, insert, update (status, amount_paid_minor, paid_at)');

-- Written before its invoice, whose number is taken last: hence no foreign key.
create table farthing.invoice_line (
  customer_id  bigint         not null,
  invoice_id   bigint         not null,
  line_number  integer        not null check (line_number > 0),
  project_id   integer        not null,
  kind         text           not null check (kind in ('flat', 'usage', 'late_usage')),
  price_id     bigint         not null,
  metric       text,
  description  text           not null,
  period_start timestamptz    not null,
  period_end   timestamptz    not null,
  quantity     numeric(38, 9) not null,
  amount_minor numeric(38)    not null,
  -- Everything the amount was computed from, so that it can be computed again for ever.
  computation  json           not null,
  primary key (customer_id, invoice_id, line_number)
);
call farthing.protect('invoice_line', 'select, insert');
