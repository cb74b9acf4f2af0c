import type { Sold } from "#flows/sold-terms.ts";
import { isoInstant } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import {
  isSameInterval,
  runningPeriod,
  type Subscription,
} from "#modules/subscriptions/domain/index.ts";
import type { Decision } from "./decide.ts";

/** What is held now, and by whom. */
interface Holding extends Pick<Sold, "plan"> {
  readonly subscription: Subscription;
}

/** Refuses what the term, the pause or the end that a subscription is to have does not allow. */
export function refuseDecided(holding: Holding, to: Sold, decision: Decision): void {
  if (decision.type === "none") return;
  refuseRestingTerm(holding, to, decision);
  refuseAfterTerm(holding, decision);
  refuseBeyondEnd(holding, to);
}

/** A term runs to its end: what is to rest sooner than a change is made does not become one. */
function refuseRestingTerm({ subscription }: Holding, to: Sold, decision: Decision): void {
  if (subscription.pause === null || to.plan.lifecycle.renewal === "auto") return;
  const { endMs } = runningPeriod(subscription);
  if (isFrom(decision, endMs)) return;
  throw new BillingError("term_not_pausable", {
    pauses_at: isoInstant(endMs),
    allowed: ["take the pause back by resume", "change at the period's end"],
  });
}

/** Nothing follows a term by itself: there is no period that a change could wait for. */
function refuseAfterTerm({ subscription, plan }: Holding, decision: Decision): void {
  if (plan.lifecycle.renewal === "auto") return;
  const { endMs } = runningPeriod(subscription);
  if (!isFrom(decision, endMs)) return;
  throw new BillingError("subscription_transition_refused", {
    status: subscription.status,
    term_ends_at: isoInstant(endMs),
    allowed: ["a change now", "a change before the term's end"],
  });
}

/** Whether a change waits for an instant, or for what comes after it. */
function isFrom(decision: Decision, instantMs: number): boolean {
  return decision.type === "later" && (decision.atMs ?? instantMs) >= instantMs;
}

/** Another interval begins a period of its own: what is to end with its period would not end with it. */
function refuseBeyondEnd({ subscription }: Holding, to: Sold): void {
  const { status, cancelsAtPeriodEnd, interval } = subscription;
  if (!cancelsAtPeriodEnd || isSameInterval(interval, to.plan.interval)) return;
  throw new BillingError("subscription_transition_refused", {
    status,
    cancel_at_period_end: true,
    allowed: "undo the cancellation first",
  });
}
