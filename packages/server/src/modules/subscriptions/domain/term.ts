import { present } from "#kernel/assert.ts";
import type { EpochMs, Period } from "#kernel/clock.ts";
import { periodAt } from "#kernel/interval.ts";
import { FINAL_INVOICE_MS, runningPeriod } from "./lifecycle.ts";
import { anchoringOf, type Subscription } from "./subscription.ts";
import { refuseUnless } from "./transition.ts";

/** A term that nobody bought on is over. It may be bought again; late usage is taken a little longer. */
export function expiredAt(subscription: Subscription, instantMs: EpochMs): Subscription {
  refuseUnless(subscription, "expire");
  return {
    ...subscription,
    status: "expired",
    endedAtMs: instantMs,
    period: { ...runningPeriod(subscription), endMs: instantMs },
    nextActionMs: instantMs + FINAL_INVOICE_MS,
  };
}

/** The term that would be bought next: the one after the running one and those bought before. */
export function nextTerm(subscription: Subscription): Period {
  refuseUnless(subscription, "add_term");
  const anchoring = present(anchoringOf(subscription), "what runs is anchored");
  return periodAt(anchoring, runningPeriod(subscription).index + subscription.termsAhead + 1);
}

/** A further term is paid for: one period more follows the running one and those bought before. */
export function termAdded(subscription: Subscription): Subscription {
  refuseUnless(subscription, "add_term");
  return { ...subscription, termsAhead: subscription.termsAhead + 1 };
}
