alter table farthing.credit_note_line
  -- What it was computed from where it gives back time that was paid for and is not used, as a line of kind
  -- credit has it. The rest of the line it names was used, and is not given back again. Null: it was asked for.
  add column computation jsonb;
