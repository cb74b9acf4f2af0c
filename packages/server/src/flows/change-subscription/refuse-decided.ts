import type { Sold } from "#flows/sold-terms.ts";
import { isoInstant } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import {
  isSameInterval,
  runningPeriod,
  type Subscription,
} from "#modules/subscriptions/domain/index.ts";
import type { Decision } from "./decide.ts";

/** Refuses what the pause or the end that a subscription is to have does not allow. */
export function refuseDecided(subscription: Subscription, to: Sold, decision: Decision): void {
  if (decision.type === "none") return;
  refuseRestingTerm(subscription, to, decision);
  refuseBeyondEnd(subscription, to);
}

/** A term runs to its end: what is to rest sooner than a change is made does not become one. */
function refuseRestingTerm(subscription: Subscription, to: Sold, decision: Decision): void {
  const { pause } = subscription;
  if (pause === null || to.plan.lifecycle.renewal === "auto") return;
  const { endMs } = runningPeriod(subscription);
  if (decision.type === "later" && (decision.atMs ?? endMs) >= endMs) return;
  throw new BillingError("term_not_pausable", {
    pauses_at: isoInstant(endMs),
    allowed: ["take the pause back by resume", "change at the period's end"],
  });
}

/** Another interval begins a period of its own: what is to end with its period would not end with it. */
function refuseBeyondEnd({ status, cancelsAtPeriodEnd, interval }: Subscription, to: Sold): void {
  if (!cancelsAtPeriodEnd || isSameInterval(interval, to.plan.interval)) return;
  throw new BillingError("subscription_transition_refused", {
    status,
    cancel_at_period_end: true,
    allowed: "undo the cancellation first",
  });
}
