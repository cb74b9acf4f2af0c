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

interface Subject {
  readonly subscription: Subscription;
  readonly plan: PlanVersion;
}

// Events of a period that runs were billed by no closing; late ones of a period that is over by few.
const CLOSINGS_ALL = 2 ** 15 - 1;

/**
 * What subscriptions used in their running (or last) periods, by `ownedKey`: one statement for all of
 * them, and another where events are priced one by one.
 */
export async function currentUsage(
  tx: Tx,
  subjects: readonly Subject[],
): Promise<Map<string, RatableUsage[]>> {
  const subscriptions = subjects.map(({ subscription }) => subscription);
  const usage = await usageOf(tx, subscriptions);
  const asked = subjects.flatMap(({ subscription, plan }) => {
    const { customerId, id: subscriptionId, period } = subscription;
    if (period === null) return [];
    const key = {
      customerId,
      subscriptionId,
      periodStartMs: period.startMs,
      closings: CLOSINGS_ALL,
    };
    return (usage.get(ownedKey(subscription)) ?? []).flatMap(({ meter }) => {
      const model = perEventModel(plan, meter);
      return model === null ? [] : [{ ...key, metric: meter, model }];
    });
  });
  const tallies = await tallyEvents(tx, asked);
  const tallyOf = new Map(
    asked.map(({ customerId, subscriptionId, metric }, index) => [
      tallyKey({ customerId, id: subscriptionId }, metric),
      tallies[index]?.all,
    ]),
  );
  return new Map(
    subscriptions.map((subscription) => [
      ownedKey(subscription),
      (usage.get(ownedKey(subscription)) ?? []).map((counted) => ({
        ...counted,
        events: tallyOf.get(tallyKey(subscription, counted.meter)) ?? null,
      })),
    ]),
  );
}

function tallyKey(subscription: Pick<Subscription, "customerId" | "id">, meter: string): string {
  return `${ownedKey(subscription)} ${meter}`;
}
