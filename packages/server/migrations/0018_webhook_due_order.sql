-- The order in which an endpoint's messages are sent, whole: many of them become due at one instant, and
-- its index could not tell which of those come first without reading all.
drop index farthing.webhook_delivery_due;
create index webhook_delivery_due
  on farthing.webhook_delivery (project_id, endpoint_id, next_attempt_at, event_number)
  where next_attempt_at is not null;
