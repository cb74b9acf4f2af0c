import { closeAsPlanned } from "#flows/close-periods/close-periods.ts";
import { planPause, planResume } from "#flows/close-periods/plan-pause.ts";
import { giveBackUnused } from "#flows/give-back-unused.ts";
import { loadWaiting } from "#flows/sold-terms.ts";
import { present } from "#kernel/assert.ts";
import { type EpochMs, isoInstant } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import type { OwnedId } from "#kernel/ids.ts";
import type { UnusedOnPause } from "#modules/catalog/domain/index.ts";
import {
  pauseWithdrawn,
  pausingAtPeriodEnd,
  refuseUnless,
  runningPeriod,
  type Subscription,
} from "#modules/subscriptions/domain/index.ts";
import { getSubscription } from "#modules/subscriptions/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { holdPresent } from "./catch-up.ts";
import type { Engine } from "./engine.ts";
import { keepAndTell } from "./keep-and-tell.ts";
import { loadSubject } from "./load-subject.ts";

/** When a pause begins and when, if anybody knows, it ends. */
export interface AskedPause {
  readonly atPeriodEnd: boolean;
  readonly resumesAtMs: EpochMs | null;
  /** What becomes of paid time that is not used, where it pauses now. Null leaves it to the plan. */
  readonly unused: UnusedOnPause | null;
}

/**
 * Lets a subscription rest: now, billing what ran and was used so far, or when its period ends. While
 * it rests nothing is billed and no usage is taken. Refuses with `subscription_transition_refused`,
 * `term_not_pausable`, with `time_invalid` an end that lies before its beginning, and with
 * `payment_under_way` while an invoice of which something is to be given back is being charged.
 */
export async function pauseSubscription(
  engine: Engine,
  tx: Tx,
  key: OwnedId,
  { atPeriodEnd, resumesAtMs, unused }: AskedPause,
): Promise<Subscription> {
  const { subscription, nowMs } = await holdPresent(engine, tx, key);
  refuseUnless(subscription, "pause");
  refuseEnding(subscription);
  const { plan } = await loadSubject(engine, tx, subscription);
  if (plan.lifecycle.renewal === "none") {
    const runs_until = isoInstant(runningPeriod(subscription).endMs);
    throw new BillingError("term_not_pausable", { runs_until, allowed: ["cancel"] });
  }
  const fromMs = atPeriodEnd ? runningPeriod(subscription).endMs : nowMs;
  if (resumesAtMs !== null && resumesAtMs <= fromMs) {
    const comes_after = isoInstant(fromMs);
    throw new BillingError("time_invalid", { field: "resumes_at", comes_after });
  }
  if (atPeriodEnd) {
    await refuseTermToCome(engine, tx, subscription);
    const isTold = subscription.pause === null || subscription.pause.resumesAtMs !== resumesAtMs;
    const told = isTold ? (["subscription.pause_scheduled"] as const) : [];
    const pausing = pausingAtPeriodEnd(subscription, resumesAtMs);
    return keepAndTell(engine, tx, { subscription: pausing, told, nowMs });
  }
  const to = unused ?? plan.lifecycle.unusedTime.onPause;
  const given = { to, atMs: nowMs, reason: "Unused in the pause" };
  const after = await giveBackUnused(engine, tx, subscription, given);
  const asked = { atMs: nowMs, resumesAtMs, isGivenBack: to !== "nothing" };
  await closeAsPlanned(engine, tx, after, { plan: (facts) => planPause(facts, asked) });
  return getSubscription(tx, key);
}

/** What is to end with its period ends there, and does not rest in between or afterwards. */
function refuseEnding({ status, cancelsAtPeriodEnd }: Subscription): void {
  if (!cancelsAtPeriodEnd) return;
  throw new BillingError("subscription_transition_refused", {
    status,
    cancel_at_period_end: true,
    allowed: ["undo the cancellation first", "cancel now"],
  });
}

/** What is changed to a term before it would rest does not rest then. */
async function refuseTermToCome(engine: Engine, tx: Tx, subscription: Subscription): Promise<void> {
  const { pendingChange, awaitedChange } = subscription;
  const { endMs } = runningPeriod(subscription);
  const isSoon = pendingChange !== null && (pendingChange.atMs ?? endMs) < endMs;
  for (const change of [isSoon ? pendingChange : null, awaitedChange]) {
    if (change === null) continue;
    const { plan } = await loadWaiting(engine, tx, change);
    if (plan.lifecycle.renewal === "auto") continue;
    throw new BillingError("term_not_pausable", { allowed: ["withdraw the change"] });
  }
}

/**
 * Ends a pause now, or takes back one that has not begun. Said twice it is the same. A change whose time
 * came in the pause is made. Refuses with `subscription_transition_refused`.
 */
export async function resumeSubscription(
  engine: Engine,
  tx: Tx,
  key: OwnedId,
): Promise<Subscription> {
  const { subscription, nowMs } = await holdPresent(engine, tx, key);
  refuseUnless(subscription, "resume");
  if (subscription.status !== "paused") {
    const told = subscription.pause === null ? [] : (["subscription.pause_withdrawn"] as const);
    return keepAndTell(engine, tx, { subscription: pauseWithdrawn(subscription), told, nowMs });
  }
  await closeAsPlanned(engine, tx, subscription, {
    plan: (facts) => planResume(facts, nowMs),
  });
  // Within time that is paid for it goes on as it was; a change that is due follows at once.
  const resumed = await holdPresent(engine, tx, key);
  refuseUnresumed(resumed.subscription);
  return resumed.subscription;
}

/** An instant has one opening: what began, gave back and would begin in the same one does not. */
function refuseUnresumed({ status, pause }: Subscription): void {
  if (status !== "paused") return;
  throw new BillingError("subscription_transition_refused", {
    status,
    allowed: `resume after ${isoInstant(present(pause?.pausedAtMs, "what is paused was paused"))}`,
  });
}
