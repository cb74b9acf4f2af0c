-- How an endpoint fares, why it is disabled, and the secret that its present one has replaced.
alter table farthing.webhook_endpoint
  add column disabled_reason      text check (disabled_reason in ('gone', 'failing', 'asked')),
  add column disabled_at          timestamptz,
  -- The first failure since the last success.
  add column failing_since        timestamptz,
  add column retired_secret       text,
  add column retired_secret_until timestamptz;

-- Until now only a 410 could disable one, and nobody wrote down when.
update farthing.webhook_endpoint set disabled_reason = 'gone', disabled_at = created_at
 where status = 'disabled';

alter table farthing.webhook_endpoint
  add check ((status = 'disabled') = (disabled_reason is not null)),
  add check ((status = 'disabled') = (disabled_at is not null)),
  add check ((retired_secret is null) = (retired_secret_until is null));

-- What is asked to be sent again: an endpoint's failures since a time.
create index webhook_delivery_failed on farthing.webhook_delivery (project_id, endpoint_id, created_at)
  where status = 'failed';
