// Made by `npm run docs` from what the server tells. Edit the source there, not this copy.

import type {
  CreditNoteSnapshot,
  CustomerSnapshot,
  DifferenceSnapshot,
  DisputeSnapshot,
  InvoiceSnapshot,
  ManualPaymentSnapshot,
  PaymentSnapshot,
  PlanMigrationSnapshot,
  PlanReference,
  ReconciliationSnapshot,
  RefundSnapshot,
  SubscriptionSnapshot,
  WebhookEndpointSnapshot,
} from "./event-snapshots.ts";

/** What `data` holds, by the event's type. */
export interface NativeEventData {
  /** A customer was made. */ "customer.created": { readonly customer: CustomerSnapshot };
  /** A subscription was made. It waits at its `payment_url` unless its customer has a card, or is sent invoices. */
  "subscription.created": {
    readonly subscription: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan: PlanReference;
  };
  /** It began, with a trial if it has one: the card is saved, or the first invoice is paid. */
  "subscription.activated": {
    readonly subscription: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan: PlanReference;
    readonly invoice?: InvoiceSnapshot;
    readonly payment?: PaymentSnapshot;
  };
  /** Its start has come and its customer has no card: it begins when the payer has been at its `payment_url`. */
  "subscription.awaiting_payer": {
    readonly subscription: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan: PlanReference;
  };
  /** Its trial ends in three days; or it has just begun, where it is shorter than that. */
  "subscription.trial_will_end": {
    readonly subscription: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan: PlanReference;
  };
  /** Its trial is over: the first period runs, unless it was canceled there. */
  "subscription.trial_ended": {
    readonly subscription: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan: PlanReference;
    readonly invoice?: InvoiceSnapshot;
  };
  /** A period was closed and billed, and the next one runs. */
  "subscription.renewed": {
    readonly subscription: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan: PlanReference;
    readonly invoice?: InvoiceSnapshot;
  };
  /** It holds something else from now on: another plan, another quantity, other add-ons. No change waits any more. */
  "subscription.changed": {
    readonly subscription: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan: PlanReference;
    readonly invoice?: InvoiceSnapshot;
  };
  /** A change waits for its instant, or for the period's end. The one that waited before does not. */
  "subscription.change_scheduled": {
    readonly subscription: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan: PlanReference;
  };
  /** A change that waited for its time or its payment is not made. Where the subscription ends, this is told first. */
  "subscription.change_withdrawn": {
    readonly subscription: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan: PlanReference;
  };
  /** A charge failed for the first time and is tried again. */
  "subscription.past_due": {
    readonly subscription: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan: PlanReference;
    readonly invoice: InvoiceSnapshot;
    readonly payment: PaymentSnapshot;
  };
  /** The charge that had failed was made good. */
  "subscription.recovered": {
    readonly subscription: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan: PlanReference;
    readonly invoice: InvoiceSnapshot;
    readonly payment: PaymentSnapshot;
  };
  /** It ended: asked for, at the end of its period, or because it was not paid for. */
  "subscription.canceled": {
    readonly subscription: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan: PlanReference;
    readonly invoice?: InvoiceSnapshot;
  };
  /** It rests: nothing is billed and no usage is taken until it is resumed. */
  "subscription.paused": {
    readonly subscription: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan: PlanReference;
    readonly invoice?: InvoiceSnapshot;
  };
  /** It is to rest from the end of its period on. Told again when the pause is to end at another time. */
  "subscription.pause_scheduled": {
    readonly subscription: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan: PlanReference;
  };
  /** It was to rest from the end of its period on, and runs on after all. */
  "subscription.pause_withdrawn": {
    readonly subscription: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan: PlanReference;
  };
  /** It runs again after a pause. */
  "subscription.resumed": {
    readonly subscription: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan: PlanReference;
    readonly invoice?: InvoiceSnapshot;
  };
  /** It is to end with its period. A change that would have come after that end, or begun a period of its own, is withdrawn. */
  "subscription.cancellation_scheduled": {
    readonly subscription: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan: PlanReference;
  };
  /** It was to end with its period, and runs on after all. */
  "subscription.cancellation_undone": {
    readonly subscription: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan: PlanReference;
  };
  /** Its term is over and no further one was bought. */
  "subscription.expired": {
    readonly subscription: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan: PlanReference;
    readonly invoice?: InvoiceSnapshot;
  };
  /** A further term of it was paid for. */
  "subscription.term_added": {
    readonly subscription: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan: PlanReference;
    readonly invoice?: InvoiceSnapshot;
    readonly payment?: PaymentSnapshot;
  };
  /** An invoice got its number. Nothing changes it any more but what is paid of it. */
  "invoice.finalized": {
    readonly subscription?: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan?: PlanReference;
    readonly invoice: InvoiceSnapshot;
  };
  /** An invoice was paid in full, or there was nothing to pay. */
  "invoice.paid": {
    readonly subscription?: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan?: PlanReference;
    readonly invoice: InvoiceSnapshot;
    readonly payment?: PaymentSnapshot;
  };
  /** An invoice that was sent is due and not paid. */
  "invoice.overdue": {
    readonly subscription?: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan?: PlanReference;
    readonly invoice: InvoiceSnapshot;
  };
  /** An invoice was taken back: nothing of it is owed. */
  "invoice.voided": {
    readonly subscription?: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan?: PlanReference;
    readonly invoice: InvoiceSnapshot;
  };
  /** An operator gave up on what is not paid of an invoice. */
  "invoice.marked_uncollectible": {
    readonly subscription?: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan?: PlanReference;
    readonly invoice: InvoiceSnapshot;
  };
  /** A credit note took back a part of an invoice, or all of it. */
  "credit_note.created": {
    readonly subscription?: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan?: PlanReference;
    readonly invoice: InvoiceSnapshot;
    readonly credit_note: CreditNoteSnapshot;
  };
  /** An operator recorded money that came outside of any provider. */
  "payment.recorded": {
    readonly subscription?: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan?: PlanReference;
    readonly invoice: InvoiceSnapshot;
    readonly manual_payment: ManualPaymentSnapshot;
  };
  /** A charge went through. */
  "payment.succeeded": {
    readonly subscription?: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan?: PlanReference;
    readonly invoice: InvoiceSnapshot;
    readonly payment: PaymentSnapshot;
  };
  /** An attempt was declined. The payment says when the next one is due, if any. */
  "payment.failed": {
    readonly subscription?: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan?: PlanReference;
    readonly invoice: InvoiceSnapshot;
    readonly payment: PaymentSnapshot;
  };
  /** The bank wants the customer to be present. The payment's `action_url` is where to send them. */
  "payment.action_required": {
    readonly subscription?: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan?: PlanReference;
    readonly invoice: InvoiceSnapshot;
    readonly payment: PaymentSnapshot;
  };
  /** Money of a payment was given back. Without an invoice it had come for nothing. */
  "payment.refunded": {
    readonly subscription?: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan?: PlanReference;
    readonly invoice?: InvoiceSnapshot;
    readonly payment: PaymentSnapshot;
    readonly refund: RefundSnapshot;
  };
  /** A refund did not go through, or came back from the bank. */
  "payment.refund_failed": {
    readonly subscription?: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan?: PlanReference;
    readonly invoice?: InvoiceSnapshot;
    readonly payment: PaymentSnapshot;
    readonly refund: RefundSnapshot;
  };
  /** A cardholder disputes a charge, or the bank asks about it. */
  "dispute.opened": {
    readonly subscription?: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan?: PlanReference;
    readonly invoice?: InvoiceSnapshot;
    readonly payment: PaymentSnapshot;
    readonly dispute: DisputeSnapshot;
  };
  /** A dispute was won or lost. */
  "dispute.closed": {
    readonly subscription?: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan?: PlanReference;
    readonly invoice?: InvoiceSnapshot;
    readonly payment: PaymentSnapshot;
    readonly dispute: DisputeSnapshot;
  };
  /** Subscribers of a plan are moved to another of its versions, a batch at a time. */
  "plan_migration.started": { readonly plan_migration: PlanMigrationSnapshot };
  /** Each of its subscriptions was moved, skipped or failed. */
  "plan_migration.completed": { readonly plan_migration: PlanMigrationSnapshot };
  /** What it had moved is as before, but for what was billed by then. */
  "plan_migration.undone": { readonly plan_migration: PlanMigrationSnapshot };
  /** The provider's journal and the ledger do not say the same. A person has to look. */
  "reconciliation.differed": {
    readonly reconciliation: ReconciliationSnapshot;
    readonly differences: readonly DifferenceSnapshot[];
  };
  /** A webhook endpoint is sent nothing any more: it answered 410, or took nothing for five days. */
  "webhook_endpoint.disabled": { readonly webhook_endpoint: WebhookEndpointSnapshot };
}

/** Every type of event, in order. */
export const nativeEventTypes: readonly (keyof NativeEventData)[] = [
  "credit_note.created",
  "customer.created",
  "dispute.closed",
  "dispute.opened",
  "invoice.finalized",
  "invoice.marked_uncollectible",
  "invoice.overdue",
  "invoice.paid",
  "invoice.voided",
  "payment.action_required",
  "payment.failed",
  "payment.recorded",
  "payment.refund_failed",
  "payment.refunded",
  "payment.succeeded",
  "plan_migration.completed",
  "plan_migration.started",
  "plan_migration.undone",
  "reconciliation.differed",
  "subscription.activated",
  "subscription.awaiting_payer",
  "subscription.canceled",
  "subscription.cancellation_scheduled",
  "subscription.cancellation_undone",
  "subscription.change_scheduled",
  "subscription.change_withdrawn",
  "subscription.changed",
  "subscription.created",
  "subscription.expired",
  "subscription.past_due",
  "subscription.pause_scheduled",
  "subscription.pause_withdrawn",
  "subscription.paused",
  "subscription.recovered",
  "subscription.renewed",
  "subscription.resumed",
  "subscription.term_added",
  "subscription.trial_ended",
  "subscription.trial_will_end",
  "webhook_endpoint.disabled",
];
