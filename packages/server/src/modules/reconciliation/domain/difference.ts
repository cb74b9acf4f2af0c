import type { Currency } from "#kernel/currency.ts";
import type { Money } from "#kernel/money.ts";

export const differenceKinds = [
  "charge_not_booked",
  "charged_twice",
  "charge_amount_differs",
  "booked_not_charged",
  "refund_not_booked",
  "refund_amount_differs",
  "booked_not_refunded",
] as const;

export type DifferenceKind = (typeof differenceKinds)[number];

/** Something that the provider and the ledger say differently. */
export interface Difference {
  readonly kind: DifferenceKind;
  /** The charge or the refund at the provider; for what it does not have, the payment there. */
  readonly railRef: string;
  /** Our id of the payment; null when none is known. */
  readonly payment: string | null;
  readonly currency: Currency;
  readonly railMinor: bigint;
  readonly ledgerMinor: bigint;
}

/** An entry of the provider's journal. */
export interface JournalEntry extends Money {
  readonly ref: string;
}

/** What the ledger holds of the same money. */
export interface Booking extends Money {
  readonly payment: string;
  /** What the provider charges for this amount, where it cannot charge each one exactly. */
  readonly expectedMinor: bigint;
}

/** Compares a charge with its booking; null when they agree. */
export function chargeDifference(
  charge: JournalEntry,
  booking: Booking | null,
  { isFirst }: { readonly isFirst: boolean },
): Difference | null {
  if (!isFirst) return differenceOf("charged_twice", charge, booking);
  if (booking === null || booking.amountMinor === 0n) {
    return differenceOf("charge_not_booked", charge, booking);
  }
  return agree(charge, booking) ? null : differenceOf("charge_amount_differs", charge, booking);
}

/** Compares a refund with its booking; null when they agree. */
export function refundDifference(refund: JournalEntry, booking: Booking | null): Difference | null {
  if (booking === null || booking.amountMinor === 0n) {
    return differenceOf("refund_not_booked", refund, booking);
  }
  return agree(refund, booking) ? null : differenceOf("refund_amount_differs", refund, booking);
}

/** A booking that the provider knows nothing of. */
export function unmatchedBooking(
  kind: "booked_not_charged" | "booked_not_refunded",
  railRef: string,
  { payment, currency, amountMinor }: Booking,
): Difference {
  return { kind, railRef, payment, currency, railMinor: 0n, ledgerMinor: amountMinor };
}

function agree(entry: JournalEntry, { expectedMinor, currency }: Booking): boolean {
  return entry.amountMinor === expectedMinor && entry.currency === currency;
}

function differenceOf(
  kind: DifferenceKind,
  { ref, currency, amountMinor }: JournalEntry,
  booking: Booking | null,
): Difference {
  return {
    kind,
    railRef: ref,
    payment: booking?.payment ?? null,
    currency,
    railMinor: amountMinor,
    ledgerMinor: booking?.amountMinor ?? 0n,
  };
}
