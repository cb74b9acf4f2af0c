alter table farthing.subscription
  -- [{"from", "until", "anchor"}, …], oldest first: when it rested, and what the periods before that were
  -- counted from. Null: never. The pause that runs is in `pause`.
  add column rests jsonb;
