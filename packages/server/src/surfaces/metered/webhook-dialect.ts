import type { BillingEventData, BillingEventType } from "#flows/billing-event.ts";
import type { InvoiceSnapshot } from "#modules/invoices/index.ts";
import { invoiceCharges } from "./invoice-wire.ts";
import { namesOf, statusToWire } from "./subscription-wire.ts";

/** What the metered document calls the events of which it tells. */
export const meteredEventNames: Partial<Record<BillingEventType, string>> = {
  "subscription.activated": "subscriptions.activated",
  "subscription.renewed": "subscriptions.renewed",
  "payment.succeeded": "subscriptions.payment_succeeded",
  "payment.failed": "subscriptions.payment_failed",
  "subscription.canceled": "subscriptions.cancelled",
};

/** `{event, data}` of the metered document, or null for an event that it does not know. */
export function meteredWebhook(event: {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}): { type: string; body: unknown } | null {
  const type = meteredEventNames[event.type as BillingEventType];
  if (type === undefined) return null;
  const { subscription, customer, plan, invoice } = event.data as unknown as BillingEventData;
  const data = {
    subscription: {
      uid: subscription.id,
      title: subscription.title,
      status: statusToWire(subscription.status),
      reference_id: subscription.reference_id,
      meta_data: subscription.metadata,
      plan: { uid: plan.id, title: plan.name, currency_code: plan.currency },
      current_period_start: subscription.current_period_start,
      current_period_end: subscription.current_period_end,
    },
    customer: { ...namesOf(customer), email: customer.email },
    ...(invoice === undefined ? {} : { invoice: invoiceToWire(invoice) }),
  };
  return { type, body: { event: type, data } };
}

function invoiceToWire(invoice: InvoiceSnapshot) {
  return {
    uid: invoice.id,
    number: invoice.number,
    status: invoice.status,
    currency_code: invoice.currency,
    period_start: invoice.period_start,
    period_end: invoice.period_end,
    ...invoiceCharges(invoice),
  };
}
