-- What becomes of a subscription whose invoice was given up after the last retry.
alter table farthing.plan_version
  add column when_unpaid text not null default 'cancel'
    check (when_unpaid in ('cancel', 'stay_past_due'));

create index payment_by_project on farthing.payment (project_id, id);
