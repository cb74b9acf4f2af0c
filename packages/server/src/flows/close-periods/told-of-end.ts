import type { BillingEventType } from "#flows/billing-event.ts";
import type { Subscription } from "#modules/subscriptions/domain/index.ts";

/** What is told where a subscription ends: first that the change which waited in it is not made. */
export function toldOfEnd(
  { pendingChange }: Subscription,
  end: "subscription.canceled" | "subscription.expired",
): BillingEventType[] {
  return pendingChange === null ? [end] : ["subscription.change_withdrawn", end];
}
