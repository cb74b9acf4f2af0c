import type { EpochMs } from "#kernel/clock.ts";
import type { PlanVersion } from "#modules/catalog/domain/index.ts";
import { planSnapshot } from "#modules/catalog/index.ts";
import type { Customer } from "#modules/customers/domain/index.ts";
import { customerSnapshot } from "#modules/customers/index.ts";
import type { Invoice } from "#modules/invoices/domain/index.ts";
import { invoiceSnapshot } from "#modules/invoices/index.ts";
import type { Subscription } from "#modules/subscriptions/domain/index.ts";
import { subscriptionSnapshot } from "#modules/subscriptions/index.ts";
import type { OutboxEvent } from "#platform/jobs/outbox.ts";
import type { Engine } from "./engine.ts";

export type BillingEventType =
  | "subscription.created"
  | "subscription.activated"
  | "subscription.renewed"
  | "subscription.past_due"
  | "subscription.recovered"
  | "subscription.canceled"
  | "invoice.finalized"
  | "invoice.paid"
  | "payment.succeeded"
  | "payment.failed";

/** Whom and what an event is about, as it stands once the change is made. */
export interface EventSubject {
  readonly subscription: Subscription;
  readonly customer: Customer;
  readonly plan: PlanVersion;
  readonly invoice?: Invoice | null;
  /** Facts of this event alone, in their wire shape. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** A snapshot of everything a listener could ask for, so that no dialect needs another query. */
export function billingEvent(
  { newId }: Pick<Engine, "newId">,
  type: BillingEventType,
  { subscription, customer, plan, invoice, more }: EventSubject,
  occurredAtMs: EpochMs,
): OutboxEvent {
  return {
    customerId: customer.customerId,
    id: newId(),
    type,
    data: {
      subscription: subscriptionSnapshot(subscription),
      customer: customerSnapshot(customer),
      plan: planSnapshot(plan),
      ...(invoice ? { invoice: invoiceSnapshot(invoice) } : {}),
      ...more,
    },
    occurredAtMs,
  };
}
