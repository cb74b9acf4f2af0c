import { DAY_MS, type EpochMs } from "#kernel/clock.ts";
import type { Currency } from "#kernel/currency.ts";
import { BillingError } from "#kernel/error.ts";
import type { OwnedId } from "#kernel/ids.ts";
import { roundToMinor } from "#kernel/money.ts";
import { type Nanos, unitsToNanos } from "#kernel/nanos.ts";
import { type Collection, type DraftInvoice, draftInvoice } from "./invoice.ts";
import type { DraftLine } from "./line.ts";

/** Something that is charged once. */
interface OneOffItem {
  readonly description: string;
  readonly quantity: Nanos;
  /** What one costs, in the currency's major unit; below zero it takes off from the others. */
  readonly unitAmount: Nanos;
}

export interface OneOffAsked {
  readonly items: readonly OneOffItem[];
  readonly collection: Collection;
  /** How many days there are to pay what is sent; null for the usual. */
  readonly dueDays: number | null;
}

/** Whose invoice it is, and when it is made. */
export interface OneOffFacts extends OwnedId {
  readonly currency: Currency;
  readonly nowMs: EpochMs;
}

const DUE_DAYS_USUAL = 30;
const QUANTITY_BELOW = unitsToNanos(10n ** 15n);
const UNIT_AMOUNT_BELOW = unitsToNanos(10n ** 12n);

/**
 * An invoice that belongs to no subscription. What is charged is due at once, what is sent some days
 * later. Refuses with `quantity_invalid`, and with `invoice_invalid` a total below zero, an amount that is
 * too large, and days to pay what is charged at once.
 */
export function oneOffInvoice(
  { items, collection, dueDays }: OneOffAsked,
  { customerId, id, currency, nowMs }: OneOffFacts,
): DraftInvoice {
  if (collection === "charge" && dueDays !== null) {
    throw invalid("/due_days", "what is charged is due at once");
  }
  const days = collection === "charge" ? 0 : (dueDays ?? DUE_DAYS_USUAL);
  const draft = draftInvoice({
    customerId,
    id,
    subscriptionId: null,
    reason: "one_off",
    currency,
    period: { startMs: nowMs, endMs: nowMs },
    lines: items.map((item, index) => oneOffLine(item, index, { currency, nowMs })),
    issuedAtMs: nowMs,
    collection,
    dueAtMs: nowMs + days * DAY_MS,
  });
  if (draft.totalMinor < 0n) throw invalid("/lines", "they come to less than zero");
  return draft;
}

function oneOffLine(
  { description, quantity, unitAmount }: OneOffItem,
  index: number,
  { currency, nowMs }: Pick<OneOffFacts, "currency" | "nowMs">,
): DraftLine {
  if (quantity <= 0n || quantity >= QUANTITY_BELOW) throw new BillingError("quantity_invalid");
  if (unitAmount <= -UNIT_AMOUNT_BELOW || unitAmount >= UNIT_AMOUNT_BELOW) {
    throw invalid(`/lines/${index}/unit_amount`, "too large");
  }
  return {
    kind: "one_off",
    priceId: null,
    metric: null,
    description,
    period: { startMs: nowMs, endMs: nowMs },
    quantity,
    amountMinor: roundToMinor(quantity * unitAmount, currency),
    computation: { type: "one_off", quantity, unitAmount },
  };
}

function invalid(path: string, message: string): BillingError {
  return new BillingError("invoice_invalid", { errors: [{ path, message }] });
}
