import type { Sold, SoldItem } from "#flows/sold-terms.ts";
import { averageLengthMs } from "#kernel/interval.ts";
import { billableIn, flatPrices } from "#modules/catalog/domain/index.ts";

export type Direction = "upgrade" | "downgrade";

/**
 * Whether a change makes more of a subscription: by what its flat prices come to on an average day. Two
 * plans are compared at the same quantity; where the plan stays, everything that is held is. What costs
 * the same is an upgrade: nothing is taken away.
 */
export function directionOf(from: Sold, to: Sold): Direction {
  const [plan] = from.items;
  const [other] = to.items;
  if (plan === undefined || other === undefined || isSameVersion(plan, other)) {
    return isLess(dailyPrice(to.items), dailyPrice(from.items)) ? "downgrade" : "upgrade";
  }
  const asMany = { ...plan, billable: billableIn(plan.version, other.quantity) };
  return isLess(dailyPrice([other]), dailyPrice([asMany])) ? "downgrade" : "upgrade";
}

export function isSameVersion(one: SoldItem, other: SoldItem): boolean {
  return one.planId === other.planId && one.planVersion === other.planVersion;
}

/** Nanos for so many milliseconds, all items together: add-ons have their plan's interval. */
interface DailyPrice {
  readonly nanos: bigint;
  readonly lengthMs: bigint;
}

function dailyPrice(items: readonly SoldItem[]): DailyPrice {
  const nanos = items.reduce((sum, item) => sum + flatPrice(item), 0n);
  const [first] = items;
  const lengthMs = first === undefined ? 1 : averageLengthMs(first.version.interval);
  return { nanos, lengthMs: BigInt(Math.round(lengthMs)) };
}

function flatPrice({ version, billable }: SoldItem): bigint {
  const prices = [...flatPrices(version, "advance"), ...flatPrices(version, "arrears")];
  const one = prices.reduce((sum, { amount }) => sum + amount, 0n);
  return one * billable;
}

function isLess(one: DailyPrice, other: DailyPrice): boolean {
  return one.nanos * other.lengthMs < other.nanos * one.lengthMs;
}
