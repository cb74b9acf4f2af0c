import type { Currency } from "#kernel/currency.ts";
import { formatMinor, minorToNanos, roundToMinor, sumMinor } from "#kernel/money.ts";
import { formatNanos, NANOS_PER_UNIT } from "#kernel/nanos.ts";
import { cutsBeyondMaximum } from "#modules/rating/domain/index.ts";
import { adjustedMinor, type Charge, chargesUnder } from "./charge.ts";
import type { Computation } from "./computation.ts";
import type { Steps } from "./explanation.ts";
import { adjustmentMinor } from "./limit-line.ts";

type LimitComputation = Extract<Computation, { type: "minimum" | "maximum" }>;

/**
 * Computes a limit's line again from the lines it counts: `charges` are those that count for invoice
 * number `invoiceNumber`, which has the line (`chargesUpTo`).
 */
export function limitSteps(
  { type: kind, limit, share }: LimitComputation,
  priceId: bigint | null,
  currency: Currency,
  charges: readonly Charge[],
  invoiceNumber: bigint,
): Steps {
  const counted = chargesUnder(charges, priceId);
  const chargedMinor = sumMinor(counted.map(({ amountMinor }) => amountMinor));
  const earlier = charges.filter((charge) => charge.invoiceNumber < invoiceNumber);
  const beforeMinor = adjustedMinor(earlier, kind, priceId);
  const adjustment = adjustmentMinor({ kind, limit, share }, currency, chargedMinor);
  const recomputedMinor = adjustment - beforeMinor;
  const limitMinor = roundToMinor(limit * NANOS_PER_UNIT, currency, share);
  const isWhole = share.part === share.whole;
  const factor = isWhole ? "" : ` × ${share.part} ms ÷ ${share.whole} ms`;
  const least = `${formatNanos(limit)}${factor} at ${kind === "minimum" ? "least" : "most"}`;
  const before =
    beforeMinor === 0n ? "" : `, of which ${formatMinor(beforeMinor, currency)} was billed before`;
  const cuts = cutsBeyondMaximum(
    limitMinor,
    0n,
    counted.map(({ amountMinor }) => amountMinor),
  );
  return {
    formula: `${least}, ${formatMinor(chargedMinor, currency)} charged: ${formatMinor(adjustment, currency)}${before}`,
    exact: minorToNanos(recomputedMinor, currency) * NANOS_PER_UNIT,
    tiers: [],
    charges: counted.map((charge, index) => ({
      charge,
      beyondMinor: kind === "maximum" ? (cuts[index] ?? 0n) : 0n,
    })),
    rounding: isWhole
      ? `none: ${formatMinor(recomputedMinor, currency)} is exact`
      : `the limit is rounded half away from zero to ${formatMinor(limitMinor, currency)}`,
    recomputedMinor,
  };
}
