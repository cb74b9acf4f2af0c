/** What somebody who owns the database writes over what is stored, and what does not hold then. */
export interface Tampering {
  readonly what: string;
  readonly sql: string;
  readonly breaks: readonly string[];
}

/** Of invoice lines, and of how an invoice was made. */
export const lineTamperings: readonly Tampering[] = [
  {
    what: "a charge made once, whose amount of one was written over",
    sql: `update invoice_line
             set computation = jsonb_set(computation::jsonb, '{unit_amount}', '"19.98"')::json
           where kind = 'one_off' and computation ->> 'item' is null`,
    breaks: ["line_recomputes"],
  },
  {
    what: "an item that was billed, and is pending again",
    sql: "update invoice_item set invoice_id = null, line_number = null where invoice_id is not null",
    breaks: ["item_is_billed_once"],
  },
  {
    what: "an item that costs less than its line charged",
    sql: "update invoice_item set unit_amount = unit_amount - 1 where invoice_id is not null",
    breaks: ["item_is_billed_once"],
  },
  {
    what: "a bill that was sent, and says that a card pays it",
    sql: "update invoice set collection = 'charge' where collection = 'send' and status = 'open'",
    breaks: ["invoice_has_one_payment", "invoice_is_overdue_when_due"],
  },
  {
    what: "a bill that was sent, and was due before it was issued",
    sql: "update invoice set due_at = issued_at - interval '1 day' where collection = 'send'",
    breaks: ["invoice_is_overdue_when_due"],
  },
  {
    what: "a bill that was told to be overdue the day before it was due",
    sql: `update invoice set overdue_at = due_at - interval '1 day' where overdue_at is not null`,
    breaks: ["invoice_is_overdue_when_due"],
  },
  {
    what: "a bill that has forgotten that it was told to be overdue",
    sql: "update invoice set overdue_at = null where overdue_at is not null",
    breaks: ["happenings_are_told_once"],
  },
  {
    what: "a charge made once that says it was a renewal",
    sql: "update invoice set reason = 'renewal' where reason = 'one_off'",
    breaks: ["close_has_its_invoice"],
  },
  {
    what: "a line whose unit price was written over",
    sql: `update invoice_line
             set computation = jsonb_set(computation::jsonb, '{model,unit_price}', '"49"')::json
           where kind = 'usage' and computation #>> '{model,type}' = 'per_unit'`,
    breaks: ["line_recomputes"],
  },
  {
    what: "a line whose computation cannot be read",
    sql: `update invoice_line set computation = '{"type": "usage"}' where kind = 'late_usage'`,
    breaks: ["line_recomputes"],
  },
  {
    what: "an event that is moved from its line to a later one",
    sql: "update usage_event set closings = closings + 1 where received_at < '2026-02-01'",
    breaks: ["line_follows_from_events"],
  },
  {
    what: "events whose sum is the same, but not what each of them costs",
    sql: `update usage_event set quantity = case quantity when 1000 then 1100 else 150.25 end
           where metric = 'transfers' and quantity in (1000, 250.25)`,
    breaks: ["line_follows_from_events"],
  },
  {
    what: "a line that has forgotten what its events cost one by one",
    sql: `update invoice_line set computation = (computation::jsonb - 'events')::json
           where kind = 'late_usage' and metric = 'transfers'`,
    breaks: ["line_follows_from_events", "line_recomputes"],
  },
  ...["count", "max", "latest", "unique_count", "sum"].map((aggregation) => ({
    what: `a line computed from another ${aggregation} of fewer events`,
    sql: `update invoice_line
             set computation = jsonb_set(computation::jsonb, '{used}',
                   to_jsonb(((computation ->> 'used')::numeric - 1)::text))::json
           where computation #>> '{meter,aggregation}' = '${aggregation}'`,
    breaks: ["line_follows_from_events", "line_recomputes"],
  })),
];
