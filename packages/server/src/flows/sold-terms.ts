import { present } from "#kernel/assert.ts";
import type { EpochMs } from "#kernel/clock.ts";
import { ownedKey } from "#kernel/ids.ts";
import { type PlanVersion, planKey, soldTogether } from "#modules/catalog/domain/index.ts";
import type { HeldItems, Item, Subscription, Terms } from "#modules/subscriptions/domain/index.ts";
import { listPastTerms } from "#modules/subscriptions/index.ts";
import type { Tx } from "#platform/db/database.ts";
import type { Engine } from "./engine.ts";

/** An item with the plan version that it is of. */
export interface SoldItem extends Item {
  readonly version: PlanVersion;
}

/** Everything that a subscription holds. */
export interface Sold {
  /** The plan first. */
  readonly items: readonly SoldItem[];
  /** All of it as if it were one plan, under the plan's name. */
  readonly plan: PlanVersion;
}

/** What was sold before, and from when until when. */
export interface PastSold extends Sold, Pick<Terms, "fromMs" | "anchoring"> {
  readonly untilMs: EpochMs;
}

export interface SoldNowAndBefore extends Sold {
  /** Oldest first. */
  readonly past: readonly PastSold[];
}

/** What a subscription held when a period began. */
export function soldAt(sold: SoldNowAndBefore, periodStartMs: EpochMs): Sold {
  return pastSoldAt(sold, periodStartMs) ?? sold;
}

/** The same where it was sold before and is not any more. */
export function pastSoldAt(
  { past }: Pick<SoldNowAndBefore, "past">,
  periodStartMs: EpochMs,
): PastSold | undefined {
  return past.find(({ untilMs }) => periodStartMs < untilMs);
}

/** What subscriptions hold and held, by `ownedKey`. */
export async function loadSold(
  { plans }: Pick<Engine, "plans">,
  tx: Tx,
  subscriptions: readonly Subscription[],
): Promise<Map<string, SoldNowAndBefore>> {
  const changed = subscriptions.filter(({ termsSinceMs }) => termsSinceMs !== null);
  const pastTerms = await listPastTerms(tx, changed);
  const held = [...subscriptions.map(heldBy), ...pastTerms];
  const versions = await plans.planVersions(tx, held.flatMap(versionKeys));
  const past = new Map<string, PastSold[]>();
  for (const { subscription, fromMs, untilMs, anchoring, ...terms } of pastTerms) {
    const key = ownedKey(subscription);
    const before = { ...soldOf(terms, versions), fromMs, untilMs, anchoring };
    past.set(key, [...(past.get(key) ?? []), before]);
  }
  return new Map(
    subscriptions.map((subscription) => {
      const key = ownedKey(subscription);
      return [key, { ...soldOf(heldBy(subscription), versions), past: past.get(key) ?? [] }];
    }),
  );
}

/** The versions that items are of. */
export function versionKeys({ plan, addOns }: HeldItems) {
  return [plan, ...addOns].map(({ planId, planVersion }) => ({ planId, version: planVersion }));
}

/** What a change that waits is to be sold as. */
export async function loadWaiting(
  { plans }: Pick<Engine, "plans">,
  tx: Tx,
  held: HeldItems,
): Promise<Sold> {
  return soldOf(held, await plans.planVersions(tx, versionKeys(held)));
}

export function soldOf(
  { plan, addOns }: HeldItems,
  versions: ReadonlyMap<string, PlanVersion>,
): Sold {
  const [main, ...added] = [plan, ...addOns].map((item): SoldItem => {
    const version = versions.get(planKey({ planId: item.planId, version: item.planVersion }));
    return { ...item, version: present(version, "a plan version that is sold is never deleted") };
  });
  const sold = present(main, "a subscription is of a plan");
  return {
    items: [sold, ...added],
    plan: soldTogether(
      sold.version,
      added.map(({ version }) => version),
    ),
  };
}

/** A subscription is its plan's item itself. */
function heldBy(subscription: Subscription): HeldItems {
  const { planId, planVersion, quantity, billable, licensed, addOns } = subscription;
  return { plan: { planId, planVersion, quantity, billable, licensed }, addOns };
}

/** The same without the plan versions. */
export function heldOf({ items }: Sold): HeldItems {
  const [plan, ...addOns] = items.map(itemOf);
  return { plan: present(plan, "a subscription is of a plan"), addOns };
}

export function itemOf({ planId, planVersion, quantity, billable, licensed }: SoldItem): Item {
  return { planId, planVersion, quantity, billable, licensed };
}
