import type { BillingEventData, BillingEventType } from "#flows/billing-event.ts";
import type { InvoiceSnapshot } from "#modules/invoices/index.ts";
import type { DialectWords } from "#modules/webhooks/domain/index.ts";
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

/** `{event, data}` of the metered document, and nothing for an event that it does not know. */
export const meteredDialect: DialectWords = {
  types: Object.values(meteredEventNames),
  render(event) {
    const type = meteredEventNames[event.type as BillingEventType];
    if (type === undefined) return null;
    const data = dataToWire(event.data as unknown as BillingEventData);
    return data === null ? null : { type, body: { event: type, data } };
  },
};

function dataToWire({ subscription, customer, plan, invoice }: BillingEventData) {
  // The document knows of no money that belongs to no subscription.
  if (subscription === undefined || plan === undefined) return null;
  return {
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
    customer: { ...namesOf(customer.name, customer.first_name), email: customer.email },
    ...(invoice === undefined ? {} : { invoice: invoiceToWire(invoice) }),
  };
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
