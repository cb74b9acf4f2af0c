import type { Currency } from "#kernel/currency.ts";
import { formatMinor, roundToMinor } from "#kernel/money.ts";
import { formatAttos, formatNanos } from "#kernel/nanos.ts";
import { rateUsage } from "#modules/rating/domain/index.ts";
import type { Computation } from "./computation.ts";
import { creditSteps, flatSteps } from "./explain-flat.ts";
import { limitSteps } from "./explain-limit.ts";
import type { Evidence, Explanation, Steps } from "./explanation.ts";
import { priceFormula } from "./formula.ts";
import { oneOffMinor } from "./invoice-item.ts";
import type { DraftLine, Used } from "./line.ts";
import { roundingOf } from "./rounding.ts";

/** Computes a line again from the evidence: the line holds when that gives the billed amount. */
export function explainLine(line: DraftLine, currency: Currency, evidence: Evidence): Explanation {
  const steps = stepsOf(line, currency, evidence);
  return {
    ...steps,
    billedMinor: line.amountMinor,
    holds: steps.recomputedMinor === line.amountMinor,
  };
}

function stepsOf(
  { computation, priceId }: DraftLine,
  currency: Currency,
  { used, charges, invoiceNumber }: Evidence,
): Steps {
  switch (computation.type) {
    case "flat":
      return flatSteps(computation, currency);
    case "credit":
      return creditSteps(computation, currency);
    case "usage":
      return usageSteps(computation, currency, used);
    case "minimum":
    case "maximum":
      return limitSteps(computation, priceId, currency, charges, invoiceNumber);
    case "one_off":
      return oneOffSteps(computation, currency);
  }
}

function oneOffSteps(
  computation: Extract<Computation, { type: "one_off" }>,
  currency: Currency,
): Steps {
  const { quantity, unitAmount } = computation;
  const exact = quantity * unitAmount;
  const recomputedMinor = oneOffMinor(computation, currency);
  return {
    formula: `${formatNanos(quantity)} × ${formatNanos(unitAmount)} = ${formatAttos(exact)}`,
    exact,
    tiers: [],
    charges: [],
    rounding: roundingOf(exact, recomputedMinor, currency),
    recomputedMinor,
  };
}

function usageSteps(
  computation: Extract<Computation, { type: "usage" }>,
  currency: Currency,
  used: Used,
): Steps {
  const { model, billedBefore, amountBeforeMinor, closings, eventsBefore } = computation;
  const rated = rateUsage(model, used.quantity, used.events);
  const whole = roundToMinor(rated.exact, currency);
  const ratedBefore = closings === 0 ? null : rateUsage(model, billedBefore, eventsBefore);
  const before = ratedBefore === null ? 0n : roundToMinor(ratedBefore.exact, currency);
  const price = `${priceFormula(model, used, rated)} = ${formatAttos(rated.exact)}`;
  const late =
    closings === 0
      ? ""
      : `, of which ${formatMinor(amountBeforeMinor, currency)} was billed before`;
  return {
    formula: price + late,
    exact: rated.exact,
    tiers: rated.tiers,
    charges: [],
    rounding: roundingOf(rated.exact, whole, currency),
    recomputedMinor: whole - before,
  };
}
