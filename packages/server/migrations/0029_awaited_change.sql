alter table farthing.subscription
  -- {"invoice", "requested_at", "plan", "add_ons"}: what it is to hold once that invoice is paid. In its own
  -- row, so that whatever closes a period sees it without a query. Null: nothing waits for a payment.
  add column awaited_change jsonb;
