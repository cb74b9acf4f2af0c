import { isoInstant, isoInstantOrNull } from "#kernel/clock.ts";
import { formatId, formatOwnedId } from "#kernel/ids.ts";
import type { Subscription, SubscriptionStatus } from "#modules/subscriptions/domain/index.ts";

/** A subscription as the operator API and the event log show it. */
export interface SubscriptionSnapshot {
  id: string;
  customer: string;
  plan: string;
  plan_version: number;
  status: SubscriptionStatus;
  title: string | null;
  reference_id: string | null;
  metadata: Readonly<Record<string, unknown>>;
  time_zone: string;
  current_period_start: string | null;
  current_period_end: string | null;
  cancel_at_period_end: boolean;
  canceled_at: string | null;
  ended_at: string | null;
  created_at: string;
  activated_at: string | null;
  starts_at: string | null;
  trial_end: string | null;
  billing_anchor: string | null;
  terms_ahead: number;
  pause: { paused_at: string | null; resumes_at: string | null } | null;
}

export function subscriptionSnapshot(subscription: Subscription): SubscriptionSnapshot {
  const { period, pause } = subscription;
  return {
    id: formatOwnedId("subscription", subscription),
    customer: formatId("customer", subscription.customerId),
    plan: formatId("plan", subscription.planId),
    plan_version: subscription.planVersion,
    status: subscription.status,
    title: subscription.title,
    reference_id: subscription.referenceId,
    metadata: subscription.metadata,
    time_zone: subscription.timeZone,
    current_period_start: isoInstantOrNull(period?.startMs ?? null),
    current_period_end: isoInstantOrNull(period?.endMs ?? null),
    cancel_at_period_end: subscription.cancelsAtPeriodEnd,
    canceled_at: isoInstantOrNull(subscription.canceledAtMs),
    ended_at: isoInstantOrNull(subscription.endedAtMs),
    created_at: isoInstant(subscription.createdAtMs),
    activated_at: isoInstantOrNull(subscription.activatedAtMs),
    starts_at: isoInstantOrNull(subscription.beginning?.startsAtMs ?? null),
    trial_end: isoInstantOrNull(subscription.trialEndMs),
    billing_anchor: isoInstantOrNull(subscription.anchorMs),
    terms_ahead: subscription.termsAhead,
    pause:
      pause === null
        ? null
        : {
            paused_at: isoInstantOrNull(pause.pausedAtMs),
            resumes_at: isoInstantOrNull(pause.resumesAtMs),
          },
  };
}
