import type { Subscription } from "#modules/subscriptions/domain/index.ts";

/** A subscription of a month that has not begun, made at this instant; but for what is said. */
export function unstartedSubscription(
  createdAtMs: number,
  changes: Partial<Subscription> = {},
): Subscription {
  return {
    customerId: 1n,
    id: 2n,
    planId: 3n,
    planVersion: 1,
    quantity: 1n,
    billable: 1n,
    licensed: null,
    addOns: [],
    status: "incomplete",
    title: null,
    referenceId: null,
    metadata: {},
    timeZone: "UTC",
    interval: { unit: "month", count: 1 },
    beginning: null,
    anchorMs: null,
    beganMs: null,
    trialEndMs: null,
    termsSinceMs: null,
    pendingChange: null,
    awaitedChange: null,
    period: null,
    termsAhead: 0,
    pause: null,
    rests: [],
    cancelsAtPeriodEnd: false,
    canceledAtMs: null,
    endedAtMs: null,
    nextActionMs: null,
    isOnTestClock: false,
    createdAtMs,
    activatedAtMs: null,
    ...changes,
  };
}
