import type { Currency } from "#kernel/currency.ts";
import { formatMinor } from "#kernel/money.ts";
import { formatNanos, NANOS_PER_UNIT } from "#kernel/nanos.ts";
import type { ProrationBasis } from "#kernel/proration.ts";
import type { Computation } from "./computation.ts";
import type { Steps } from "./explanation.ts";
import { flatMinor } from "./line.ts";
import { roundingOf } from "./rounding.ts";
import { creditMinor } from "./unused-credit.ts";

type Flat = Extract<Computation, { type: "flat" }>;
type Credit = Extract<Computation, { type: "credit" }>;

/** Computes the line of a flat price again. */
export function flatSteps(computation: Flat, currency: Currency): Steps {
  const recomputedMinor = flatMinor(computation, currency);
  return {
    ...exactSteps(computation, currency, recomputedMinor),
    formula: `${partText(computation)} = ${formatMinor(recomputedMinor, currency)}`,
    recomputedMinor,
  };
}

/** Computes again what was given back of a line. */
export function creditSteps(computation: Credit, currency: Currency): Steps {
  const { keptMinor } = computation;
  const unusedMinor = flatMinor(computation, currency);
  const recomputedMinor = -creditMinor(unusedMinor, keptMinor);
  const most =
    keptMinor < unusedMinor ? `, of which ${formatMinor(keptMinor, currency)} was kept` : "";
  return {
    ...exactSteps(computation, currency, unusedMinor),
    formula: `−(${partText(computation)} = ${formatMinor(unusedMinor, currency)} unused${most})`,
    recomputedMinor,
  };
}

function exactSteps({ amount, quantity, share }: Flat | Credit, currency: Currency, minor: bigint) {
  const exact = amount * NANOS_PER_UNIT * quantity;
  const rounding =
    share.part === share.whole
      ? roundingOf(exact, minor, currency)
      : `rounded half away from zero to ${formatMinor(minor, currency)}`;
  return { exact, tiers: [], charges: [], rounding };
}

function partText({ amount, quantity, share, basis }: Flat | Credit): string {
  const many = quantity === 1n ? "" : `${quantity} × `;
  const unit = UNITS[basis];
  const part =
    share.part === share.whole ? "" : ` × ${share.part} ${unit} ÷ ${share.whole} ${unit}`;
  return `${many}${formatNanos(amount)}${part}`;
}

const UNITS: Readonly<Record<ProrationBasis, string>> = {
  exact_time: "ms",
  days: "days",
  days_inclusive: "days",
  fixed_30_days: "days",
};
