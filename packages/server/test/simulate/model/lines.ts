import { fraction, times } from "#test/proofs/fraction.ts";
import type { FlatTerms, PlanTerms, UsageTerms } from "#test/simulate/history.ts";
import { MINOR_DIGITS } from "#test/simulate/plans.ts";
import type { Line, Membership, Span, Stretch } from "#test/simulate/records.ts";
import { billionths, decimal, minor, priceOf } from "./price.ts";

/** A plan's fees for a span of time, which is part of a whole period. */
export function feeLines(
  plan: PlanTerms,
  billed: FlatTerms["billed"],
  span: Span,
  whole: Span = span,
): Line[] {
  if (span.untilMs <= span.fromMs) return [];
  const share = fraction(BigInt(lengthOf(span)), BigInt(lengthOf(whole)));
  return plan.prices.flatMap((price) => {
    if (price.kind !== "flat" || price.billed !== billed) return [];
    const amount = minor(times(decimal(price.amount), share), digitsOf(plan));
    const { fromMs, untilMs } = span;
    return [
      { kind: "flat", name: price.name, fromMs, untilMs, quantity: billionths("1"), minor: amount },
    ];
  });
}

/** What was used in a stretch that is over. */
export function usageLines(member: Membership, stretch: Stretch): Line[] {
  return usagePrices(stretch).flatMap((price) => lineOf(member, price, stretch, "usage"));
}

/** What is known by now of stretches that were billed without it; what was used in a trial is free. */
export function lateLines(member: Membership, billed: readonly Stretch[]): Line[] {
  return billed.flatMap((stretch) => {
    if (stretch.isTrial) return [];
    const late = reportsOf(member, stretch).filter(({ isBilled }) => !isBilled);
    return usagePrices(stretch)
      .filter((price) => late.some(({ metric }) => metric === price.metric))
      .toSorted((one, other) => (one.metric < other.metric ? -1 : 1))
      .flatMap((price) => lineOf(member, price, stretch, "late_usage"));
  });
}

/** What all reports come to, less what was charged for them before. */
function lineOf(
  member: Membership,
  { metric, name, model }: UsageTerms,
  stretch: Stretch,
  kind: "usage" | "late_usage",
): Line[] {
  const reports = reportsOf(member, stretch).filter((report) => report.metric === metric);
  const used = reports.reduce((sum, { quantity }) => sum + billionths(quantity), 0n);
  const all = minor(priceOf(model, used), digitsOf(stretch.plan));
  const before = stretch.charged.get(metric) ?? { quantity: 0n, minor: 0n };
  stretch.charged.set(metric, { quantity: used, minor: all });
  for (const report of reports) report.isBilled = true;
  const line = { quantity: used - before.quantity, minor: all - before.minor };
  if (line.quantity === 0n && line.minor === 0n) return [];
  return [{ kind, name, fromMs: stretch.fromMs, untilMs: stretch.untilMs, ...line }];
}

function reportsOf({ reports }: Membership, { fromMs, untilMs }: Span) {
  return reports.filter((report) => fromMs <= report.occurredAtMs && report.occurredAtMs < untilMs);
}

function usagePrices({ plan }: Stretch): UsageTerms[] {
  return plan.prices.filter((price) => price.kind === "usage");
}

function lengthOf({ fromMs, untilMs }: Span): number {
  return untilMs - fromMs;
}

function digitsOf({ currency }: PlanTerms): number {
  return MINOR_DIGITS[currency] ?? 2;
}
