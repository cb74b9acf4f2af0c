import type { EpochMs } from "#kernel/clock.ts";
import type { Currency } from "#kernel/currency.ts";
import { BillingError } from "#kernel/error.ts";
import { formatOwnedId, type OwnedId, ownedKey } from "#kernel/ids.ts";
import { roundToMinor } from "#kernel/money.ts";
import { type Nanos, unitsToNanos } from "#kernel/nanos.ts";
import type { DraftInvoice } from "./invoice.ts";
import type { DraftLine } from "./line.ts";

/** Something that is charged once. */
export interface OneOffItem {
  readonly description: string;
  readonly quantity: Nanos;
  /** What one costs, in the currency's major unit; below zero it takes off from the others. */
  readonly unitAmount: Nanos;
}

/** The invoice line that billed something. */
interface BilledOn {
  readonly invoiceId: bigint;
  readonly lineNumber: number;
}

/** Something that is charged once, with an invoice that is still to come. */
export interface InvoiceItem extends OwnedId, OneOffItem {
  /** On whose next invoice it goes; null: on the customer's, whichever comes first. */
  readonly subscriptionId: bigint | null;
  readonly currency: Currency;
  readonly createdAtMs: EpochMs;
  /** Null while it is pending. */
  readonly billedOn: BilledOn | null;
}

const QUANTITY_BELOW = unitsToNanos(10n ** 15n);
const UNIT_AMOUNT_BELOW = unitsToNanos(10n ** 12n);

/**
 * Refuses a quantity that is none with `quantity_invalid`, and with `invoice_invalid` an amount that is too
 * large; `path` says where it was given.
 */
export function refuseUnfitItem(
  { quantity, unitAmount }: Pick<OneOffItem, "quantity" | "unitAmount">,
  path: string,
): void {
  if (quantity <= 0n || quantity >= QUANTITY_BELOW) throw new BillingError("quantity_invalid");
  if (unitAmount > -UNIT_AMOUNT_BELOW && unitAmount < UNIT_AMOUNT_BELOW) return;
  throw new BillingError("invoice_invalid", {
    errors: [{ path: `${path}/unit_amount`, message: "too large" }],
  });
}

/** What so much of something comes to, in minor units. */
export function oneOffMinor(
  { quantity, unitAmount }: Pick<OneOffItem, "quantity" | "unitAmount">,
  currency: Currency,
): bigint {
  return roundToMinor(quantity * unitAmount, currency);
}

/** A line that charges something once; `itemId` names what was pending until now. */
export function oneOffLine(
  { description, quantity, unitAmount }: OneOffItem,
  {
    currency,
    atMs,
    itemId,
  }: { readonly currency: Currency; readonly atMs: EpochMs; readonly itemId: bigint | null },
): DraftLine {
  return {
    kind: "one_off",
    priceId: null,
    metric: null,
    description,
    period: { startMs: atMs, endMs: atMs },
    quantity,
    amountMinor: oneOffMinor({ quantity, unitAmount }, currency),
    computation: { type: "one_off", quantity, unitAmount, itemId },
  };
}

/** The line that bills a pending item: of the instant at which it was written down. */
export function itemLine(item: InvoiceItem): DraftLine {
  const { id: itemId, currency, createdAtMs: atMs } = item;
  return oneOffLine(item, { currency, atMs, itemId });
}

/** Refuses what an invoice has billed with `invoice_item_billed`, which names it. */
export function refuseBilled(item: InvoiceItem): void {
  const { customerId, billedOn } = item;
  if (billedOn === null) return;
  throw new BillingError("invoice_item_billed", {
    invoice_item: formatOwnedId("invoiceItem", item),
    invoice: formatOwnedId("invoice", { customerId, id: billedOn.invoiceId }),
    line: billedOn.lineNumber,
  });
}

/** The items that lines of these drafts bill, each with its line. */
export function billedItems(
  items: readonly InvoiceItem[],
  drafts: readonly Pick<DraftInvoice, "customerId" | "id" | "lines">[],
): InvoiceItem[] {
  const known = new Map(items.map((item) => [ownedKey(item), item]));
  return drafts.flatMap(({ customerId, id: invoiceId, lines }) =>
    lines.flatMap(({ computation }, index) => {
      const itemId = computation.type === "one_off" ? computation.itemId : null;
      const item = itemId === null ? undefined : known.get(ownedKey({ customerId, id: itemId }));
      return item === undefined
        ? []
        : [{ ...item, billedOn: { invoiceId, lineNumber: index + 1 } }];
    }),
  );
}
