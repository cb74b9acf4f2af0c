import { closeAsPlanned } from "#flows/close-periods/close-periods.ts";
import { planPause, planResume } from "#flows/close-periods/plan-pause.ts";
import { type EpochMs, isoInstant } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import type { OwnedId } from "#kernel/ids.ts";
import {
  pauseWithdrawn,
  pausingAtPeriodEnd,
  refuseUnless,
  runningPeriod,
  type Subscription,
} from "#modules/subscriptions/domain/index.ts";
import { getSubscription, updateSubscriptions } from "#modules/subscriptions/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { holdPresent } from "./catch-up.ts";
import type { Engine } from "./engine.ts";
import { loadSubject } from "./load-subject.ts";

/** When a pause begins and when, if anybody knows, it ends. */
export interface AskedPause {
  readonly atPeriodEnd: boolean;
  readonly resumesAtMs: EpochMs | null;
}

/**
 * Lets a subscription rest: now, billing what ran and was used so far, or when its period ends. While
 * it rests nothing is billed and no usage is taken. Refuses with `subscription_transition_refused`,
 * `term_not_pausable`, and with `time_invalid` an end that lies before its beginning.
 */
export async function pauseSubscription(
  engine: Engine,
  tx: Tx,
  key: OwnedId,
  { atPeriodEnd, resumesAtMs }: AskedPause,
): Promise<Subscription> {
  const { subscription, nowMs } = await holdPresent(engine, tx, key);
  refuseUnless(subscription, "pause");
  const { plan } = await loadSubject(engine, tx, subscription);
  if (plan.lifecycle.renewal === "none") throw new BillingError("term_not_pausable");
  const fromMs = atPeriodEnd ? runningPeriod(subscription).endMs : nowMs;
  if (resumesAtMs !== null && resumesAtMs <= fromMs) {
    const comes_after = isoInstant(fromMs);
    throw new BillingError("time_invalid", { field: "resumes_at", comes_after });
  }
  if (atPeriodEnd) return written(tx, pausingAtPeriodEnd(subscription, resumesAtMs));
  await closeAsPlanned(engine, tx, subscription, {
    plan: (facts) => planPause(facts, nowMs, resumesAtMs),
  });
  return getSubscription(tx, key);
}

/** Ends a pause now, or takes back one that has not begun. Said twice it is the same. */
export async function resumeSubscription(
  engine: Engine,
  tx: Tx,
  key: OwnedId,
): Promise<Subscription> {
  const { subscription, nowMs } = await holdPresent(engine, tx, key);
  refuseUnless(subscription, "resume");
  if (subscription.status !== "paused") return written(tx, pauseWithdrawn(subscription));
  await closeAsPlanned(engine, tx, subscription, {
    plan: (facts) => planResume(facts, nowMs),
  });
  return getSubscription(tx, key);
}

async function written(tx: Tx, subscription: Subscription): Promise<Subscription> {
  await updateSubscriptions(tx, [subscription]);
  return subscription;
}
