import { ownedKey } from "#kernel/ids.ts";
import { type PlanVersion, perEventModel } from "#modules/catalog/domain/index.ts";
import { type MeterUsage, tallyEvents, usageOf } from "#modules/metering/index.ts";
import type { EventTally } from "#modules/rating/domain/index.ts";
import type { Subscription } from "#modules/subscriptions/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";

/** What a meter shows so far, with all that its price asks for. */
export interface RatableUsage extends MeterUsage {
  /** Null where the price asks for the sum alone. */
  readonly events: EventTally | null;
}

// Events of a period that runs were billed by no closing; late ones of a period that is over by few.
const CLOSINGS_ALL = 2 ** 15 - 1;

/** What a subscription used in its running (or last) period. Events are read only where priced so. */
export async function currentUsage(
  tx: Tx,
  subscription: Subscription,
  plan: PlanVersion,
): Promise<RatableUsage[]> {
  const { customerId, id: subscriptionId, period } = subscription;
  if (period === null) return [];
  const usage = (await usageOf(tx, [subscription])).get(ownedKey(subscription)) ?? [];
  const key = { customerId, subscriptionId, periodStartMs: period.startMs, closings: CLOSINGS_ALL };
  const asked = usage.flatMap(({ meter }) => {
    const model = perEventModel(plan, meter);
    return model === null ? [] : [{ ...key, metric: meter, model }];
  });
  const tallies = await tallyEvents(tx, asked);
  const tallyOf = new Map(asked.map(({ metric }, index) => [metric, tallies[index]?.all]));
  return usage.map((counted) => ({ ...counted, events: tallyOf.get(counted.meter) ?? null }));
}
