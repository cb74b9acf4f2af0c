import { closeAsPlanned } from "#flows/close-periods/close-periods.ts";
import { planTrialEnd } from "#flows/close-periods/plan-trial.ts";
import type { OwnedId } from "#kernel/ids.ts";
import { refuseUnless, type Subscription } from "#modules/subscriptions/domain/index.ts";
import { getSubscription } from "#modules/subscriptions/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { holdPresent } from "./catch-up.ts";
import type { Engine } from "./engine.ts";

/** Ends a trial now instead of later, with all that its end brings: the first period begins. */
export async function endTrial(engine: Engine, tx: Tx, key: OwnedId): Promise<Subscription> {
  const { subscription, nowMs } = await holdPresent(engine, tx, key);
  refuseUnless(subscription, "end_trial");
  await closeAsPlanned(engine, tx, subscription, {
    plan: (facts) => planTrialEnd(facts, nowMs),
  });
  return getSubscription(tx, key);
}
