import { BillingError } from "#kernel/error.ts";
import type { Subscription, SubscriptionStatus } from "./subscription.ts";

/** Statuses in which a period runs. */
const RUNNING = ["trialing", "active", "past_due"] as const;

/** In which statuses what may be done to a subscription is possible. What is not here is refused. */
export const transitions = {
  begin: ["incomplete", "scheduled"],
  end_trial: ["trialing"],
  renew_period: ["active", "past_due"],
  add_term: ["active", "past_due", "expired"],
  change: RUNNING,
  schedule_change: ["active", "past_due"],
  cancel_at_period_end: RUNNING,
  undo_cancellation: RUNNING,
  pause: ["active", "past_due"],
  pause_after_trial: ["trialing"],
  resume: ["active", "past_due", "paused"],
  end_now: ["incomplete", "scheduled", ...RUNNING, "paused"],
  expire: ["active", "past_due"],
  settle: ["canceled", "expired"],
} as const satisfies Record<string, readonly SubscriptionStatus[]>;

export type Transition = keyof typeof transitions;

/** Refuses what the subscription's status does not allow, and says which ones do. */
export function refuseUnless(subscription: Subscription, transition: Transition): void {
  const allowed: readonly SubscriptionStatus[] = transitions[transition];
  if (allowed.includes(subscription.status)) return;
  throw new BillingError("subscription_transition_refused", {
    status: subscription.status,
    allowed_in: allowed,
  });
}

/** Whether a period runs. */
export function isRunning({ status }: Pick<Subscription, "status">): boolean {
  return status === "trialing" || status === "active" || status === "past_due";
}

/** Whether it is over: no period follows unless it is bought. */
export function isOver({ status }: Pick<Subscription, "status">): boolean {
  return status === "canceled" || status === "expired";
}
