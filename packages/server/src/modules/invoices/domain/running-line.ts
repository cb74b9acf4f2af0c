import type { Period } from "#kernel/clock.ts";
import type { Currency } from "#kernel/currency.ts";
import { unitsToNanos } from "#kernel/nanos.ts";
import type { ProrationBasis, Share } from "#kernel/proration.ts";
import type { Computation } from "./computation.ts";
import type { DraftLine } from "./line.ts";
import { creditForUnused } from "./unused-credit.ts";

/** A line that charged a flat price for time that is not over yet, and was not given back. */
export interface RunningLine {
  readonly customerId: bigint;
  readonly subscriptionId: bigint;
  readonly invoiceId: bigint;
  readonly lineNumber: number;
  readonly priceId: bigint;
  readonly description: string;
  readonly period: Period;
  readonly computation: Extract<Computation, { type: "flat" }>;
  readonly amountMinor: bigint;
  /** What of it was not given back, whether it is paid or not. */
  readonly keptMinor: bigint;
  readonly isPaid: boolean;
}

export interface UnusedPart {
  /** What is not used of it. */
  readonly period: Period;
  readonly share: Share;
  readonly basis: ProrationBasis;
}

/** What is given back of a line: its unused part, as far as it was not given back before. */
export function creditLine(
  line: RunningLine,
  { period, share, basis }: UnusedPart,
  currency: Currency,
): DraftLine {
  const { amount, quantity } = line.computation;
  const { keptMinor } = line;
  const creditMinor = creditForUnused({ amount, quantity, unused: share, keptMinor }, currency);
  return {
    kind: "credit",
    priceId: line.priceId,
    metric: null,
    description: `Unused: ${line.description}`,
    period,
    quantity: unitsToNanos(quantity),
    amountMinor: -creditMinor,
    computation: {
      type: "credit",
      amount,
      quantity,
      share,
      basis,
      keptMinor,
      invoiceId: line.invoiceId,
      lineNumber: line.lineNumber,
    },
  };
}
