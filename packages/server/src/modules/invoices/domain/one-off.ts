import type { EpochMs } from "#kernel/clock.ts";
import type { Currency } from "#kernel/currency.ts";
import { BillingError } from "#kernel/error.ts";
import type { OwnedId } from "#kernel/ids.ts";
import { type DraftInvoice, draftInvoice } from "./invoice.ts";
import {
  type InvoiceItem,
  itemLine,
  type OneOffItem,
  oneOffLine,
  refuseUnfitItem,
} from "./invoice-item.ts";
import type { DraftLine } from "./line.ts";
import type { Collection, PaymentTerms } from "./payment-terms.ts";

export interface OneOffAsked {
  readonly items: readonly OneOffItem[];
  /** Null for the customer's. */
  readonly collection: Collection | null;
  /** How many days there are to pay what is sent; null for the customer's. */
  readonly dueDays: number | null;
}

/** Whose invoice it is, and when it is made. */
export interface OneOffFacts extends OwnedId {
  readonly currency: Currency;
  readonly nowMs: EpochMs;
  /** The customer's. */
  readonly terms: PaymentTerms;
  /** What was pending and is billed with it, after all that is asked for. */
  readonly pending: readonly InvoiceItem[];
}

/**
 * An invoice that belongs to no subscription. What is charged is due at once, what is sent some days
 * later. Refuses with `quantity_invalid`, and with `invoice_invalid` a total below zero, an amount that is
 * too large, and days to pay what is charged at once.
 */
export function oneOffInvoice(
  { items, collection: asked, dueDays }: OneOffAsked,
  { customerId, id, currency, nowMs, terms, pending }: OneOffFacts,
): DraftInvoice {
  const collection = asked ?? terms.collection;
  if (collection === "charge" && dueDays !== null) {
    throw invalid("/due_days", "what is charged is due at once");
  }
  const draft = draftInvoice({
    customerId,
    id,
    subscriptionId: null,
    reason: "one_off",
    currency,
    period: { startMs: nowMs, endMs: nowMs },
    lines: [...writtenLines(items, { currency, nowMs }), ...pending.map(itemLine)],
    issuedAtMs: nowMs,
    terms: { collection, netDays: dueDays ?? terms.netDays },
  });
  if (draft.lines.length === 0) throw invalid("/lines", "there is nothing to charge");
  if (draft.totalMinor < 0n) throw invalid("/lines", "they come to less than zero");
  return draft;
}

function writtenLines(
  items: readonly OneOffItem[],
  { currency, nowMs: atMs }: Pick<OneOffFacts, "currency" | "nowMs">,
): DraftLine[] {
  return items.map((item, index) => {
    refuseUnfitItem(item, `/lines/${index}`);
    return oneOffLine(item, { currency, atMs, itemId: null });
  });
}

function invalid(path: string, message: string): BillingError {
  return new BillingError("invoice_invalid", { errors: [{ path, message }] });
}
