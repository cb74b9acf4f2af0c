import { groupBy } from "#kernel/group-by.ts";
import { ownedKey } from "#kernel/ids.ts";
import { subscriptionKey } from "#modules/verification/domain/invariants/invoice-of-line.ts";
import type { Facts, MeterKey } from "./facts.ts";

/**
 * Whether usage was counted by the meters of one plan. In a trial that is changed each plan counts what
 * comes while it is held, and nothing tells afterwards what came when. Nothing of it is ever billed.
 */
export function countedByOnePlan({
  subscriptions,
  changes,
}: Pick<Facts, "subscriptions" | "changes">): (counted: MeterKey) => boolean {
  const changesOf = groupBy(changes, subscriptionKey);
  const changedTrials = new Map(
    subscriptions.flatMap((subscription) => {
      const { beganMs, trialEndMs } = subscription;
      const key = ownedKey(subscription);
      const isChanged = (changesOf.get(key) ?? []).some(
        ({ atMs }) => trialEndMs !== null && atMs < trialEndMs,
      );
      return isChanged ? [[key, beganMs] as const] : [];
    }),
  );
  return (counted) => changedTrials.get(subscriptionKey(counted)) !== counted.periodStartMs;
}
