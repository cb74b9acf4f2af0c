import { type Static, Type } from "typebox";
import type { RatableUsage } from "#flows/current-usage.ts";
import type { SubscriptionView } from "#flows/view-subscriptions.ts";
import { isoInstant, isoInstantOrNull } from "#kernel/clock.ts";
import { formatId, formatOwnedId } from "#kernel/ids.ts";
import { roundToMinor } from "#kernel/money.ts";
import { type PlanVersion, usagePrices } from "#modules/catalog/domain/index.ts";
import type { CustomerDraft } from "#modules/customers/domain/index.ts";
import type { StoredUsageEvent } from "#modules/metering/index.ts";
import { rateUsage } from "#modules/rating/domain/index.ts";
import type { SubscriptionStatus } from "#modules/subscriptions/domain/index.ts";
import { Closed, IdString, Instant, Nullable } from "#platform/http/wire.ts";
import type { UsageCharge } from "./invoice-wire.ts";
import { numberFromMinor, numberFromNanos } from "./json-numbers.ts";
import { baseFee } from "./plan-wire.ts";

export const CustomerBody = Closed({
  first_name: Type.String({ minLength: 1, maxLength: 100 }),
  last_name: Type.String({ minLength: 1, maxLength: 100 }),
  email: Type.String({ minLength: 3, maxLength: 320, pattern: "^[^@\\s]+@[^@\\s]+$" }),
});

export const SubscriptionWire = Closed({
  uid: IdString("subscription"),
  title: Nullable(Type.String()),
  status: Type.String({ description: "incomplete, active, past_due, paused or cancelled" }),
  plan: Closed({
    uid: IdString("plan"),
    title: Type.String(),
    price: Type.Number(),
    currency_code: Type.String(),
  }),
  customer: Closed({
    first_name: Type.String(),
    last_name: Type.String(),
    email: Nullable(Type.String()),
  }),
  meta_data: Type.Record(Type.String(), Type.Unknown()),
  reference_id: Nullable(Type.String()),
  current_period_start: Nullable(Instant),
  current_period_end: Nullable(Instant),
  current_usage: Type.Array(
    Closed({ metric: Type.String(), count: Type.Number(), amount: Type.Number() }),
  ),
  payment_urls: Closed({ short_link: Nullable(Type.String()) }),
});

export function subscriptionToWire(view: SubscriptionView) {
  const { subscription, customer, plan, usage, paymentUrl } = view;
  const { period } = subscription;
  return {
    uid: formatOwnedId("subscription", subscription),
    title: subscription.title,
    status: statusToWire(subscription.status),
    plan: {
      uid: formatId("plan", plan.planId),
      title: plan.name,
      price: numberFromNanos(baseFee(plan)),
      currency_code: plan.currency,
    },
    customer: { ...namesOf(customer.name, customer.firstName), email: customer.email },
    meta_data: { ...subscription.metadata },
    reference_id: subscription.referenceId,
    current_period_start: isoInstantOrNull(period?.startMs ?? null),
    current_period_end: isoInstantOrNull(period?.endMs ?? null),
    current_usage: usageToWire(plan, usage),
    payment_urls: { short_link: paymentUrl },
  };
}

/** What each meter shows, and what that costs so far. A meter is this surface's metric. */
function usageToWire(
  plan: PlanVersion,
  usage: readonly RatableUsage[],
): Omit<UsageCharge, "rate">[] {
  return usagePrices(plan).flatMap(({ meter, model }) => {
    const counted = usage.find((counter) => counter.meter === meter.name);
    if (counted === undefined) return [];
    const amountMinor = roundToMinor(
      rateUsage(model, counted.quantity, counted.events).exact,
      plan.currency,
    );
    return [
      {
        metric: meter.name,
        count: numberFromNanos(counted.quantity),
        amount: numberFromMinor(amountMinor, plan.currency),
      },
    ];
  });
}

/** This surface writes `cancelled`, and has no words for what has not begun, is tried or has run out. */
export function statusToWire(status: SubscriptionStatus): string {
  switch (status) {
    case "canceled":
    case "expired":
      return "cancelled";
    case "scheduled":
      return "incomplete";
    case "trialing":
      return "active";
    default:
      return status;
  }
}

/** First and last name as they were given; of a customer who was given one name, its first word. */
export function namesOf(name: string, firstName: string | null = null) {
  if (firstName !== null && name.startsWith(`${firstName} `)) {
    return { first_name: firstName, last_name: name.slice(firstName.length + 1) };
  }
  const [first_name = "", ...rest] = name.split(" ");
  return { first_name, last_name: rest.join(" ") };
}

export function usageEventToWire(event: StoredUsageEvent) {
  return {
    metric: event.metric,
    metric_count: numberFromNanos(event.quantity),
    reference_id: event.referenceId,
    occurred_at: isoInstant(event.occurredAtMs),
  };
}

/** A customer as this surface describes one: who lives by UTC until told otherwise. */
export function customerFromWire(
  body: Static<typeof CustomerBody>,
): CustomerDraft & { readonly email: string } {
  return {
    externalId: null,
    email: body.email,
    name: `${body.first_name} ${body.last_name}`,
    firstName: body.first_name,
    timeZone: "UTC",
    currency: null,
    paymentTerms: { collection: null, netDays: null },
    metadata: {},
    testClockAtMs: null,
  };
}
