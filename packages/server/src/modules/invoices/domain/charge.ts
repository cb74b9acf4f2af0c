import type { EpochMs } from "#kernel/clock.ts";
import { sumMinor } from "#kernel/money.ts";
import type { DraftLine } from "./line.ts";

/** A line that stands on an invoice, as far as the limits of its period ask. */
export interface Charge
  extends Pick<DraftLine, "kind" | "priceId" | "description" | "amountMinor"> {
  readonly customerId: bigint;
  readonly invoiceId: bigint;
  readonly invoiceNumber: bigint;
  /** Where its invoice is void: the first invoice number that counts it no more; else null. */
  readonly voidSinceNumber: bigint | null;
  readonly lineNumber: number;
  readonly subscriptionId: bigint;
  readonly periodStartMs: EpochMs;
}

export type LimitKind = "minimum" | "maximum";

/**
 * The charges that the limits on an invoice count: what stood on it and on the invoices before it when it
 * was numbered. What became void later was counted, and goes on counting there. Without `invoiceNumber`
 * it is the invoice that is made next, for which nothing counts that is void.
 */
export function chargesUpTo(charges: readonly Charge[], invoiceNumber: bigint | null): Charge[] {
  return charges.filter((charge) =>
    invoiceNumber === null
      ? charge.voidSinceNumber === null
      : charge.invoiceNumber <= invoiceNumber &&
        (charge.voidSinceNumber === null || invoiceNumber < charge.voidSinceNumber),
  );
}

type Counted = Pick<DraftLine, "kind" | "priceId" | "amountMinor">;

/**
 * The lines among a period's that a limit counts: a price's own charges, or, where `priceId` is null,
 * everything but the lines that keep the whole plan within its limits.
 */
export function chargesUnder<Line extends Counted>(
  lines: readonly Line[],
  priceId: bigint | null,
): Line[] {
  return lines.filter((line) =>
    // What is given back of a period is no charge for the one that begins there.
    priceId === null
      ? line.priceId !== null && line.kind !== "credit"
      : line.priceId === priceId &&
        line.kind !== "minimum" &&
        line.kind !== "maximum" &&
        line.kind !== "credit",
  );
}

/** What the lines of one kind of limit came to so far. */
export function adjustedMinor(
  lines: readonly Counted[],
  kind: LimitKind,
  priceId: bigint | null,
): bigint {
  const adjusting = lines.filter((line) => line.kind === kind && line.priceId === priceId);
  return sumMinor(adjusting.map(({ amountMinor }) => amountMinor));
}
