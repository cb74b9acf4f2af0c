import type { Currency } from "#kernel/currency.ts";
import { formatMinor, minorToNanos, roundToMinor } from "#kernel/money.ts";
import { type Attos, formatAttos, formatNanos, NANOS_PER_UNIT, type Nanos } from "#kernel/nanos.ts";
import { type PriceModel, type RatedTier, rateUsage } from "#modules/rating/domain/index.ts";
import type { Computation } from "./computation.ts";
import type { DraftLine } from "./line.ts";

/** How a line's amount came about, step by step, computed anew. */
export interface Explanation {
  /** The sum in words and figures: `150 × 50 = 7500`. */
  readonly formula: string;
  readonly exact: Attos;
  readonly tiers: readonly RatedTier[];
  /** What was dropped or added to reach a whole minor unit. */
  readonly rounding: string;
  readonly recomputedMinor: bigint;
  readonly billedMinor: bigint;
  /** Whether computing it again gives what was billed. */
  readonly holds: boolean;
}

/**
 * Computes a line again. For a usage line `used` is the sum of the events behind it and behind the
 * earlier lines of the same metric and period; the line holds when that gives the billed amount.
 */
export function explainLine(line: DraftLine, currency: Currency, used: Nanos): Explanation {
  const { computation } = line;
  const steps =
    computation.type === "flat"
      ? flatSteps(computation, currency)
      : usageSteps(computation, currency, used);
  return {
    ...steps,
    billedMinor: line.amountMinor,
    holds: steps.recomputedMinor === line.amountMinor,
  };
}

type Steps = Omit<Explanation, "billedMinor" | "holds">;

function flatSteps(computation: Extract<Computation, { type: "flat" }>, currency: Currency): Steps {
  const { amount, share } = computation;
  const exact = amount * NANOS_PER_UNIT;
  const recomputedMinor = roundToMinor(exact, currency, share);
  const isWhole = share.part === share.whole;
  const factor = isWhole ? "" : ` × ${share.part} ms ÷ ${share.whole} ms`;
  return {
    formula: `${formatNanos(amount)}${factor} = ${formatMinor(recomputedMinor, currency)}`,
    exact,
    tiers: [],
    rounding: isWhole
      ? roundingOf(exact, recomputedMinor, currency)
      : `rounded half away from zero to ${formatMinor(recomputedMinor, currency)}`,
    recomputedMinor,
  };
}

function usageSteps(
  computation: Extract<Computation, { type: "usage" }>,
  currency: Currency,
  used: Nanos,
): Steps {
  const { model, billedBefore, amountBeforeMinor, closings } = computation;
  const rated = rateUsage(model, used);
  const whole = roundToMinor(rated.exact, currency);
  const before = closings === 0 ? 0n : roundToMinor(rateUsage(model, billedBefore).exact, currency);
  const price = `${priceFormula(model, used, rated.billedQuantity, rated.tiers)} = ${formatAttos(rated.exact)}`;
  const late =
    closings === 0
      ? ""
      : `, of which ${formatMinor(amountBeforeMinor, currency)} was billed before`;
  return {
    formula: price + late,
    exact: rated.exact,
    tiers: rated.tiers,
    rounding: roundingOf(rated.exact, whole, currency),
    recomputedMinor: whole - before,
  };
}

function priceFormula(
  model: PriceModel,
  used: Nanos,
  billed: Nanos,
  tiers: readonly RatedTier[],
): string {
  const quantity =
    used === billed
      ? formatNanos(used)
      : `(${formatNanos(used)} used − ${formatNanos(model.includedQuantity)} included)`;
  if (model.type === "per_unit") return `${quantity} × ${formatNanos(model.unitPrice)}`;
  return tiers.map(tierFormula).join(" + ");
}

function tierFormula({ quantity, unitPrice, flatPrice }: RatedTier): string {
  const units = `${formatNanos(quantity)} × ${formatNanos(unitPrice)}`;
  return flatPrice === 0n ? units : `${units} + ${formatNanos(flatPrice)}`;
}

function roundingOf(exact: Attos, roundedMinor: bigint, currency: Currency): string {
  const rounded = formatMinor(roundedMinor, currency);
  const isExact = minorToNanos(roundedMinor, currency) * NANOS_PER_UNIT === exact;
  return isExact
    ? `none: ${rounded} is exact`
    : `${formatAttos(exact)} is rounded half away from zero to ${rounded}`;
}
