-- More ways to price, and what a period costs at least and at most.

alter table farthing.price drop constraint price_model_check;
alter table farthing.price
  add constraint price_model_check check (model in
    ('flat', 'per_unit', 'graduated', 'volume', 'package', 'percentage', 'graduated_percentage')),
  -- The whole model as the API shows it, of the models that the columns above have no words for.
  add column terms jsonb,
  add constraint price_terms_check
    check ((terms is not null) = (model in ('package', 'percentage', 'graduated_percentage'))),
  add column minimum_spend numeric(38, 9) check (minimum_spend > 0),
  add column maximum_spend numeric(38, 9) check (maximum_spend > 0),
  add constraint price_spend_check check (minimum_spend <= maximum_spend);

alter table farthing.plan_version
  add column minimum_spend numeric(38, 9) check (minimum_spend > 0),
  add column maximum_spend numeric(38, 9) check (maximum_spend > 0),
  add constraint plan_version_spend_check check (minimum_spend <= maximum_spend);

-- A line that keeps a whole plan within its limits belongs to no price.
alter table farthing.invoice_line drop constraint invoice_line_kind_check;
alter table farthing.invoice_line
  alter column price_id drop not null,
  add constraint invoice_line_kind_check
    check (kind in ('flat', 'usage', 'late_usage', 'minimum', 'maximum')),
  add constraint invoice_line_price_check
    check (price_id is not null or kind in ('minimum', 'maximum'));

-- With fees per event a period can change its price while the sum of its events stays as it is.
alter table farthing.usage_counter add column billed_event_count bigint not null default 0;
update farthing.usage_counter set billed_event_count = event_count where closings > 0;
