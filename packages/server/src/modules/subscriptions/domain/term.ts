import { present } from "#kernel/assert.ts";
import type { EpochMs, Period } from "#kernel/clock.ts";
import { periodAt } from "#kernel/interval.ts";
import { firstPeriod } from "./beginning.ts";
import { FINAL_INVOICE_MS, licensedAnew, runningPeriod, withNextAction } from "./lifecycle.ts";
import { anchoringOf, type Subscription } from "./subscription.ts";
import { refuseUnless } from "./transition.ts";

/** A term that nobody bought on is over. It may be bought again; late usage is taken a little longer. */
export function expiredAt(subscription: Subscription, instantMs: EpochMs): Subscription {
  refuseUnless(subscription, "expire");
  return {
    ...subscription,
    status: "expired",
    endedAtMs: instantMs,
    pendingChange: null,
    awaitedChange: null,
    period: { ...runningPeriod(subscription), endMs: instantMs },
    nextActionMs: instantMs + FINAL_INVOICE_MS,
  };
}

/**
 * The term that would be bought next: the one after the running one and those bought before; or, where
 * the last one has run out, one that begins now.
 */
export function nextTerm(subscription: Subscription, nowMs: EpochMs): Period {
  refuseUnless(subscription, "add_term");
  if (subscription.status === "expired") {
    const { startMs, endMs } = firstPeriod(subscription, nowMs, nowMs);
    return { startMs, endMs };
  }
  const anchoring = present(anchoringOf(subscription), "what runs is anchored");
  return periodAt(anchoring, runningPeriod(subscription).index + subscription.termsAhead + 1);
}

/** The term that was bought before the last one ran out, and paid for after: it follows without a gap. */
function followed(subscription: Subscription): Subscription {
  const anchoring = present(anchoringOf(subscription), "what has run out had begun");
  const index = runningPeriod(subscription).index + 1;
  const period = { ...periodAt(anchoring, index), index };
  const running = {
    status: "active",
    period,
    endedAtMs: null,
    nextActionMs: period.endMs,
  } as const;
  return { ...licensedAnew(subscription), ...running };
}

/**
 * A further term, which begins at `startMs`, is paid for: it follows the running one and those bought
 * before, or lets run again what had run out.
 */
export function termAdded(subscription: Subscription, startMs: EpochMs): Subscription {
  refuseUnless(subscription, "add_term");
  const { status, termsAhead, endedAtMs, anchorMs, rests } = subscription;
  if (status !== "expired") return withNextAction({ ...subscription, termsAhead: termsAhead + 1 });
  if (startMs === endedAtMs) return followed(subscription);
  const because = "what has run out had begun and ended";
  const period = firstPeriod(subscription, startMs, startMs);
  const gap = {
    fromMs: present(endedAtMs, because),
    untilMs: startMs,
    anchorMs: present(anchorMs, because),
  };
  return {
    ...licensedAnew(subscription),
    status: "active",
    anchorMs: startMs,
    period,
    endedAtMs: null,
    rests: [...rests, gap],
    nextActionMs: period.endMs,
  };
}
