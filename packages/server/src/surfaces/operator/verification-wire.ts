import { type Static, Type } from "typebox";
import { encodeHalf } from "#kernel/ids.ts";
import {
  type Breach,
  type Checked,
  type Place,
  START,
  type VerifiedPage,
} from "#modules/verification/index.ts";
import { readCursor } from "#platform/http/page.ts";
import { Nullable } from "#platform/http/wire.ts";

const BREACHES_MAX = 100;

const Count = Type.Integer({ minimum: 0 });

const BreachWire = Type.Object({
  invariant: Type.String({ examples: ["counter_is_sum_of_events"] }),
  kind: Type.String({ description: "What it is about", examples: ["usage_counter"] }),
  id: Type.String({ description: "Its id, or its key where it has no id" }),
  expected: Type.String(),
  found: Type.String(),
});

const CheckedWire = Type.Object({
  customers: Count,
  subscriptions: Count,
  usage_events: Count,
  usage_counters: Count,
  invoices: Count,
  invoice_lines: Count,
  payments: Count,
  refunds: Count,
  disputes: Count,
  ledger_transfers: Count,
  charges: Count,
  events: Count,
});

export const VerificationPage = Type.Object({
  data: Type.Array(BreachWire, {
    maxItems: BREACHES_MAX,
    description: `What does not hold in this part: the first ${BREACHES_MAX}`,
  }),
  breach_counts: Type.Record(Type.String(), Count, {
    description: "How often each invariant is broken in this part; all of it is counted",
  }),
  checked: CheckedWire,
  customers_total: Nullable(
    Type.Integer({ description: "How many customers there are; on the first page only" }),
  ),
  next_cursor: Nullable(
    Type.String({ description: "Give it as `cursor` to verify the next part" }),
  ),
  has_more: Type.Boolean(),
});

export function verifiedPageToWire(
  { breaches, checked, next }: VerifiedPage,
  customersTotal: number | null,
): Static<typeof VerificationPage> {
  return {
    data: breaches.slice(0, BREACHES_MAX).map(breachToWire),
    breach_counts: countsOf(breaches),
    checked: checkedToWire(checked),
    customers_total: customersTotal,
    next_cursor: next === null ? null : placeToCursor(next),
    has_more: next !== null,
  };
}

const PARTS = ["customers", "numbers"] as const;

/** Throws `cursor_invalid`. */
export function placeFromCursor(cursor: string | undefined): Place {
  const [part, after = 0n] = readCursor(cursor, 2) ?? [];
  if (part === undefined) return START;
  return PARTS[Number(part)] === "numbers"
    ? { part: "numbers", afterEvent: after }
    : { part: "customers", afterCustomerId: after };
}

function placeToCursor(place: Place): string {
  const after = place.part === "customers" ? place.afterCustomerId : place.afterEvent;
  return encodeHalf(BigInt(PARTS.indexOf(place.part))) + encodeHalf(after);
}

function breachToWire({ invariant, kind, id, expected, found }: Breach) {
  return { invariant, kind, id, expected, found };
}

function countsOf(breaches: readonly Breach[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { invariant } of breaches) counts[invariant] = (counts[invariant] ?? 0) + 1;
  return counts;
}

function checkedToWire(checked: Checked): Static<typeof CheckedWire> {
  return {
    customers: checked.customers,
    subscriptions: checked.subscriptions,
    usage_events: checked.usageEvents,
    usage_counters: checked.usageCounters,
    invoices: checked.invoices,
    invoice_lines: checked.invoiceLines,
    payments: checked.payments,
    refunds: checked.refunds,
    disputes: checked.disputes,
    ledger_transfers: checked.ledgerTransfers,
    charges: checked.charges,
    events: checked.events,
  };
}
