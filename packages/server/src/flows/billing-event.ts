import type { EpochMs } from "#kernel/clock.ts";
import type { PlanReference, PlanVersion } from "#modules/catalog/domain/index.ts";
import { planReference } from "#modules/catalog/index.ts";
import type { Customer, CustomerSnapshot } from "#modules/customers/domain/index.ts";
import { customerSnapshot } from "#modules/customers/index.ts";
import type { CreditNote, Invoice } from "#modules/invoices/domain/index.ts";
import {
  type CreditNoteSnapshot,
  creditNoteSnapshot,
  type InvoiceSnapshot,
  invoiceSnapshot,
} from "#modules/invoices/index.ts";
import type { Dispute, ManualPayment, Payment, Refund } from "#modules/payments/domain/index.ts";
import {
  type DisputeSnapshot,
  disputeSnapshot,
  type ManualPaymentSnapshot,
  manualPaymentSnapshot,
  type PaymentSnapshot,
  paymentSnapshot,
  type RefundSnapshot,
  refundSnapshot,
} from "#modules/payments/index.ts";
import type { Subscription } from "#modules/subscriptions/domain/index.ts";
import { type SubscriptionSnapshot, subscriptionSnapshot } from "#modules/subscriptions/index.ts";
import type { OutboxEvent } from "#platform/jobs/outbox.ts";
import type { Engine } from "./engine.ts";

interface EventMeaning {
  /** When it is told. */
  readonly when: string;
  /** What it carries beside the subscription, its customer and its plan; `?` where that may be absent. */
  readonly carries: readonly (
    | "invoice"
    | "invoice?"
    | "payment"
    | "payment?"
    | "refund"
    | "dispute"
    | "credit_note"
    | "manual_payment"
  )[];
}

/** Every event about a subscription or about money. The event reference page is generated from this table. */
export const billingEvents = {
  "subscription.created": {
    when: "A subscription was made. It waits at its `payment_url` unless its customer has a card, or is sent invoices.",
    carries: [],
  },
  "subscription.activated": {
    when: "It began, with a trial if it has one: the card is saved, or the first invoice is paid.",
    carries: ["invoice?", "payment?"],
  },
  "subscription.awaiting_payer": {
    when: "Its start has come and its customer has no card: it begins when the payer has been at its `payment_url`.",
    carries: [],
  },
  "subscription.trial_will_end": {
    when: "Its trial ends in three days; or it has just begun, where it is shorter than that.",
    carries: [],
  },
  "subscription.trial_ended": {
    when: "Its trial is over: the first period runs, unless it was canceled there.",
    carries: ["invoice?"],
  },
  "subscription.renewed": {
    when: "A period was closed and billed, and the next one runs.",
    carries: ["invoice?"],
  },
  "subscription.changed": {
    when: "It holds something else from now on: another plan, another quantity, other add-ons. No change waits any more.",
    carries: ["invoice?"],
  },
  "subscription.change_scheduled": {
    when: "A change waits for its instant, or for the period's end. The one that waited before does not.",
    carries: [],
  },
  "subscription.change_withdrawn": {
    when: "A change that waited for its time or its payment is not made. Where the subscription ends, this is told first.",
    carries: [],
  },
  "subscription.past_due": {
    when: "A charge failed for the first time and is tried again.",
    carries: ["invoice", "payment"],
  },
  "subscription.recovered": {
    when: "The charge that had failed was made good.",
    carries: ["invoice", "payment"],
  },
  "subscription.canceled": {
    when: "It ended: asked for, at the end of its period, or because it was not paid for.",
    carries: ["invoice?"],
  },
  "subscription.paused": {
    when: "It rests: nothing is billed and no usage is taken until it is resumed.",
    carries: ["invoice?"],
  },
  "subscription.pause_scheduled": {
    when: "It is to rest from the end of its period on. Told again when the pause is to end at another time.",
    carries: [],
  },
  "subscription.pause_withdrawn": {
    when: "It was to rest from the end of its period on, and runs on after all.",
    carries: [],
  },
  "subscription.resumed": {
    when: "It runs again after a pause.",
    carries: ["invoice?"],
  },
  "subscription.cancellation_scheduled": {
    when: "It is to end with its period. A change that would have come after that end, or begun a period of its own, is withdrawn.",
    carries: [],
  },
  "subscription.cancellation_undone": {
    when: "It was to end with its period, and runs on after all.",
    carries: [],
  },
  "subscription.expired": {
    when: "Its term is over and no further one was bought.",
    carries: ["invoice?"],
  },
  "subscription.term_added": {
    when: "A further term of it was paid for.",
    carries: ["invoice?", "payment?"],
  },
  "invoice.finalized": {
    when: "An invoice got its number. Nothing changes it any more but what is paid of it.",
    carries: ["invoice"],
  },
  "invoice.paid": {
    when: "An invoice was paid in full, or there was nothing to pay.",
    carries: ["invoice", "payment?"],
  },
  "invoice.overdue": {
    when: "An invoice that was sent is due and not paid.",
    carries: ["invoice"],
  },
  "invoice.voided": {
    when: "An invoice was taken back: nothing of it is owed.",
    carries: ["invoice"],
  },
  "invoice.marked_uncollectible": {
    when: "An operator gave up on what is not paid of an invoice.",
    carries: ["invoice"],
  },
  "credit_note.created": {
    when: "A credit note took back a part of an invoice, or all of it.",
    carries: ["invoice", "credit_note"],
  },
  "payment.recorded": {
    when: "An operator recorded money that came outside of any provider.",
    carries: ["invoice", "manual_payment"],
  },
  "payment.succeeded": { when: "A charge went through.", carries: ["invoice", "payment"] },
  "payment.failed": {
    when: "An attempt was declined. The payment says when the next one is due, if any.",
    carries: ["invoice", "payment"],
  },
  "payment.action_required": {
    when: "The bank wants the customer to be present. The payment's `action_url` is where to send them.",
    carries: ["invoice", "payment"],
  },
  "payment.refunded": {
    when: "Money of a payment was given back. Without an invoice it had come for nothing.",
    carries: ["invoice?", "payment", "refund"],
  },
  "payment.refund_failed": {
    when: "A refund did not go through, or came back from the bank.",
    carries: ["invoice?", "payment", "refund"],
  },
  "dispute.opened": {
    when: "A cardholder disputes a charge, or the bank asks about it.",
    carries: ["invoice?", "payment", "dispute"],
  },
  "dispute.closed": {
    when: "A dispute was won or lost.",
    carries: ["invoice?", "payment", "dispute"],
  },
} as const satisfies Record<string, EventMeaning>;

export type BillingEventType = keyof typeof billingEvents;

/** Whom and what an event is about, as it stands once the change is made. */
export interface EventSubject {
  /** Null, like its plan, where the money belongs to no subscription. */
  readonly subscription: Subscription | null;
  readonly customer: Customer;
  readonly plan: PlanVersion | null;
  readonly invoice?: Invoice | null;
  readonly payment?: Payment;
  readonly refund?: Refund;
  readonly dispute?: Dispute;
  readonly creditNote?: CreditNote;
  readonly manualPayment?: ManualPayment;
}

/**
 * The `data` of every event about a subscription or about money. `billingEvents` says what an event of a
 * type has; subscription and plan are absent where an invoice belongs to none.
 */
export interface BillingEventData {
  readonly subscription?: SubscriptionSnapshot;
  readonly customer: CustomerSnapshot;
  readonly plan?: PlanReference;
  readonly invoice?: InvoiceSnapshot;
  readonly payment?: PaymentSnapshot;
  readonly refund?: RefundSnapshot;
  readonly dispute?: DisputeSnapshot;
  readonly credit_note?: CreditNoteSnapshot;
  readonly manual_payment?: ManualPaymentSnapshot;
}

/**
 * Events about one subject at one instant, in the order in which they are told. They share a snapshot
 * of everything a listener could ask for, so that no dialect needs another query.
 */
export function billingEventsOf(
  { newId, publicUrl, invoiceLinks }: Pick<Engine, "newId" | "publicUrl" | "invoiceLinks">,
  types: readonly BillingEventType[],
  subject: EventSubject,
  occurredAtMs: EpochMs,
): OutboxEvent[] {
  const { subscription, customer, plan, invoice, payment, refund, dispute } = subject;
  const { creditNote, manualPayment } = subject;
  const data: BillingEventData = {
    ...(subscription === null ? {} : { subscription: subscriptionSnapshot(subscription) }),
    customer: customerSnapshot(customer),
    ...(plan === null ? {} : { plan: planReference(plan) }),
    ...(invoice ? { invoice: invoiceSnapshot(invoice, invoiceLinks) } : {}),
    ...(payment ? { payment: paymentSnapshot(payment, publicUrl) } : {}),
    ...(refund ? { refund: refundSnapshot(refund) } : {}),
    ...(dispute ? { dispute: disputeSnapshot(dispute) } : {}),
    ...(creditNote ? { credit_note: creditNoteSnapshot(creditNote) } : {}),
    ...(manualPayment ? { manual_payment: manualPaymentSnapshot(manualPayment) } : {}),
  };
  const shared = { ...data };
  const { customerId } = customer;
  return types.map((type) => ({ customerId, id: newId(), type, data: shared, occurredAtMs }));
}
