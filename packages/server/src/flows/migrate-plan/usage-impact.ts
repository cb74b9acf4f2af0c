import type { LoadedFacts } from "#flows/close-periods/load-close-facts.ts";
import { currentUsage, type RatableUsage } from "#flows/current-usage.ts";
import type { Sold } from "#flows/sold-terms.ts";
import type { Period } from "#kernel/clock.ts";
import { ownedKey } from "#kernel/ids.ts";
import { periodAt } from "#kernel/interval.ts";
import { sumMinor } from "#kernel/money.ts";
import { type PlanVersion, usagePrices } from "#modules/catalog/domain/index.ts";
import { usageLine } from "#modules/invoices/domain/index.ts";
import { NO_EVENTS } from "#modules/metering/domain/index.ts";
import type { UsageImpact } from "#modules/plan-migrations/domain/index.ts";
import {
  anchoringOf,
  type RunningPeriod,
  runningPeriod,
  type Subscription,
} from "#modules/subscriptions/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { areMetersKept } from "./meters.ts";

/** A move, by what is held before and after it. */
export interface Compared {
  readonly facts: LoadedFacts;
  readonly target: Sold;
}

/**
 * What the usage of the last whole period (else of the running one so far) comes to at the prices of
 * before and of after, by `ownedKey`. None where there are no prices of usage, or where other meters
 * would count it: nobody knows then what they would have shown.
 */
export async function usageImpacts(
  tx: Tx,
  moves: readonly Compared[],
): Promise<Map<string, UsageImpact>> {
  const compared = moves
    .filter(({ facts, target }) => isComparable(facts.plan, target.plan))
    .map((move) => ({ ...move, subscription: inComparedPeriod(move.facts) }));
  const before = await currentUsage(
    tx,
    compared.map(({ subscription, facts }) => ({ subscription, plan: facts.plan })),
  );
  const after = await currentUsage(
    tx,
    compared.map(({ subscription, target }) => ({ subscription, plan: target.plan })),
  );
  return new Map(
    compared.map(({ subscription, facts, target }) => {
      const key = ownedKey(subscription);
      const { startMs, endMs } = runningPeriod(subscription);
      const period = { startMs, endMs };
      const beforeMinor = amountAt(facts.plan, period, before.get(key) ?? []);
      const afterMinor = amountAt(target.plan, period, after.get(key) ?? []);
      return [key, { period, beforeMinor, afterMinor }];
    }),
  );
}

function isComparable(before: PlanVersion, after: PlanVersion): boolean {
  return usagePrices(before).length > 0 && areMetersKept(before, after);
}

/** The subscription as if the period before the running one still ran, where that was whole and billed. */
function inComparedPeriod({ subscription, past }: LoadedFacts): Subscription {
  const last = periodBefore(subscription);
  if (last === null) return subscription;
  const { trialEndMs, beganMs } = subscription;
  const fromMs = Math.max(
    trialEndMs ?? beganMs ?? last.endMs,
    ...past.map(({ untilMs }) => untilMs),
  );
  return last.startMs < fromMs ? subscription : { ...subscription, period: last };
}

function periodBefore(subscription: Subscription): RunningPeriod | null {
  const anchoring = anchoringOf(subscription);
  const index = runningPeriod(subscription).index - 1;
  return anchoring === null || index < 0 ? null : { index, ...periodAt(anchoring, index) };
}

function amountAt(plan: PlanVersion, period: Period, usage: readonly RatableUsage[]): bigint {
  const lines = usagePrices(plan).map((price) => {
    const counted = usage.find(({ meter }) => meter === price.meter.name);
    const used = { quantity: counted?.quantity ?? 0n, events: counted?.events ?? NO_EVENTS };
    return usageLine(price, period, plan.currency, used);
  });
  return sumMinor(lines.map(({ amountMinor }) => amountMinor));
}
