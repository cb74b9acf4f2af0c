import { isoInstant, isoInstantOrNull } from "#kernel/clock.ts";
import { formatId, formatOwnedId } from "#kernel/ids.ts";
import {
  type AwaitedChange,
  type Item,
  licensedQuantity,
  type NowMode,
  type PendingChange,
  type Subscription,
  type SubscriptionStatus,
} from "#modules/subscriptions/domain/index.ts";

/** A subscription as the operator API and the event log show it. */
export interface SubscriptionSnapshot extends ItemSnapshot {
  id: string;
  customer: string;
  addons: ItemSnapshot[];
  pending_change: PendingChangeSnapshot | null;
  awaited_change: AwaitedChangeSnapshot | null;
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

/** What is held of a plan. */
export interface ItemSnapshot {
  plan: string;
  plan_version: number;
  /** As it was asked for. */
  quantity: string;
  /** What it is billed for from now on. */
  billable_quantity: string;
  /** What it may use today. */
  licensed_quantity: string;
}

/** What a subscription is to hold, and when. */
export interface PendingChangeSnapshot {
  /** Null is the end of the period. */
  at: string | null;
  policy: NowMode;
  plan: string;
  plan_version: number;
  quantity: string;
  addons: WantedAddOnSnapshot[];
  requested_at: string;
}

/** What a subscription is to hold once its invoice is paid. */
export interface AwaitedChangeSnapshot {
  invoice: string;
  plan: string;
  plan_version: number;
  quantity: string;
  addons: WantedAddOnSnapshot[];
  requested_at: string;
}

export interface WantedAddOnSnapshot {
  plan: string;
  plan_version: number;
  quantity: string;
}

export function subscriptionSnapshot(subscription: Subscription): SubscriptionSnapshot {
  const { period, pause } = subscription;
  return {
    id: formatOwnedId("subscription", subscription),
    customer: formatId("customer", subscription.customerId),
    ...itemSnapshot(subscription),
    addons: subscription.addOns.map(itemSnapshot),
    pending_change: pendingSnapshot(subscription.pendingChange),
    awaited_change: awaitedSnapshot(subscription),
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

function itemSnapshot(item: Item): ItemSnapshot {
  return {
    plan: formatId("plan", item.planId),
    plan_version: item.planVersion,
    quantity: item.quantity.toString(),
    billable_quantity: item.billable.toString(),
    licensed_quantity: licensedQuantity(item).toString(),
  };
}

function pendingSnapshot(pending: PendingChange | null): PendingChangeSnapshot | null {
  if (pending === null) return null;
  return {
    at: isoInstantOrNull(pending.atMs),
    policy: pending.mode,
    ...changeSnapshot(pending),
  };
}

function awaitedSnapshot({
  customerId,
  awaitedChange,
}: Subscription): AwaitedChangeSnapshot | null {
  if (awaitedChange === null) return null;
  const invoice = formatOwnedId("invoice", { customerId, id: awaitedChange.invoiceId });
  return { invoice, ...changeSnapshot(awaitedChange) };
}

function changeSnapshot({ plan, addOns, requestedAtMs }: Omit<AwaitedChange, "invoiceId">) {
  return {
    ...wantedSnapshot(plan),
    addons: addOns.map(wantedSnapshot),
    requested_at: isoInstant(requestedAtMs),
  };
}

function wantedSnapshot({ planId, planVersion, quantity }: Item) {
  return { plan: formatId("plan", planId), plan_version: planVersion, quantity: `${quantity}` };
}
