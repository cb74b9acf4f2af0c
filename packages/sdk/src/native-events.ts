// Made by `npm run docs` from what the server tells. Edit the source there, not this copy.

interface SubscriptionSnapshot {
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

type SubscriptionStatus =
  | "incomplete"
  | "scheduled"
  | "trialing"
  | "active"
  | "past_due"
  | "paused"
  | "canceled"
  | "expired";

interface CustomerSnapshot {
  id: string;
  external_id: string | null;
  name: string;
  /** Only where first and last name were given apart. */
  first_name?: string;
  email: string | null;
  time_zone: string;
  currency: string | null;
  metadata: Record<string, unknown>;
  test_clock: { now: string } | null;
  created_at: string;
}

interface PlanReference {
  id: string;
  version: number;
  name: string;
  currency: string;
}

interface InvoiceSnapshot {
  id: string;
  number: string;
  status: "open" | "paid" | "void" | "uncollectible";
  reason: "opening" | "renewal" | "term" | "final";
  customer: string;
  subscription: string | null;
  currency: string;
  period_start: string;
  period_end: string;
  base_amount: string;
  usage_amount: string;
  total: string;
  /** Below zero it is what the invoice put onto its customer's credit. */
  credit_applied: string;
  amount_due: string;
  amount_paid: string;
  issued_at: string;
  paid_at: string | null;
  lines: InvoiceLineSnapshot[];
}

interface InvoiceLineSnapshot {
  line: number;
  kind: "flat" | "usage" | "late_usage" | "minimum" | "maximum";
  /** Null where a line keeps the whole plan within its limits. */
  price: string | null;
  metric: string | null;
  description: string;
  period_start: string;
  period_end: string;
  quantity: string;
  /** Null where there is no one price of a unit: with tiers, say. */
  unit_price: string | null;
  amount: string;
}

interface PaymentSnapshot {
  id: string;
  customer: string;
  invoice: string | null;
  subscription: string | null;
  status: PaymentStatus;
  amount: string;
  currency: string;
  attempt_count: number;
  next_attempt_at: string | null;
  failure_code: string | null;
  /** Where the customer satisfies the bank; null while that is not asked for. */
  action_url: string | null;
  created_at: string;
  settled_at: string | null;
}

type PaymentStatus = "pending" | "succeeded" | "failed";

interface RefundSnapshot {
  id: string;
  payment: string;
  status: RefundStatus;
  amount: string;
  currency: string;
  reason: string | null;
  failure_code: string | null;
  created_at: string;
  settled_at: string | null;
}

type RefundStatus = "pending" | "succeeded" | "failed";

interface DisputeSnapshot {
  id: string;
  payment: string;
  status: DisputeStatus;
  amount: string;
  currency: string;
  reason: string;
  opened_at: string;
  closed_at: string | null;
}

type DisputeStatus = "inquiry" | "open" | "won" | "lost";

interface ReconciliationSnapshot {
  id: string;
  rail: string;
  from: string;
  to: string;
  charge_count: number;
  refund_count: number;
  /** Charges at the same provider that somebody else made. */
  foreign_count: number;
  difference_count: number;
  created_at: string;
}

interface DifferenceSnapshot {
  kind: DifferenceKind;
  rail_ref: string;
  payment: string | null;
  currency: string;
  rail_amount: string;
  ledger_amount: string;
}

type DifferenceKind =
  | "charge_not_booked"
  | "charged_twice"
  | "charge_amount_differs"
  | "booked_not_charged"
  | "refund_not_booked"
  | "refund_amount_differs"
  | "booked_not_refunded";

interface WebhookEndpointSnapshot {
  id: string;
  url: string;
  dialect: Dialect;
  event_types: string[] | null;
  status: "enabled" | "disabled";
  disabled_reason: DisablingReason | null;
  disabled_at: string | null;
  failing_since: string | null;
  created_at: string;
}

type Dialect = "native" | "metered";

type DisablingReason = "gone" | "failing" | "asked";

/** What `data` holds, by the event's type. */
export interface NativeEventData {
  /** A customer was made. */ "customer.created": { readonly customer: CustomerSnapshot };
  /** A subscription was made. It waits for a card unless its customer has one. */
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
  /** It runs again after a pause. */
  "subscription.resumed": {
    readonly subscription: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan: PlanReference;
    readonly invoice?: InvoiceSnapshot;
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
    readonly subscription: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan: PlanReference;
    readonly invoice: InvoiceSnapshot;
  };
  /** An invoice was paid in full, or there was nothing to pay. */
  "invoice.paid": {
    readonly subscription: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan: PlanReference;
    readonly invoice: InvoiceSnapshot;
    readonly payment?: PaymentSnapshot;
  };
  /** A charge went through. */
  "payment.succeeded": {
    readonly subscription: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan: PlanReference;
    readonly invoice: InvoiceSnapshot;
    readonly payment: PaymentSnapshot;
  };
  /** An attempt was declined. The payment says when the next one is due, if any. */
  "payment.failed": {
    readonly subscription: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan: PlanReference;
    readonly invoice: InvoiceSnapshot;
    readonly payment: PaymentSnapshot;
  };
  /** The bank wants the customer to be present. The payment's `action_url` is where to send them. */
  "payment.action_required": {
    readonly subscription: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan: PlanReference;
    readonly invoice: InvoiceSnapshot;
    readonly payment: PaymentSnapshot;
  };
  /** Money of a payment was given back. Without an invoice it had come for nothing. */
  "payment.refunded": {
    readonly subscription: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan: PlanReference;
    readonly invoice?: InvoiceSnapshot;
    readonly payment: PaymentSnapshot;
    readonly refund: RefundSnapshot;
  };
  /** A refund did not go through, or came back from the bank. */
  "payment.refund_failed": {
    readonly subscription: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan: PlanReference;
    readonly invoice?: InvoiceSnapshot;
    readonly payment: PaymentSnapshot;
    readonly refund: RefundSnapshot;
  };
  /** A cardholder disputes a charge, or the bank asks about it. */
  "dispute.opened": {
    readonly subscription: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan: PlanReference;
    readonly invoice?: InvoiceSnapshot;
    readonly payment: PaymentSnapshot;
    readonly dispute: DisputeSnapshot;
  };
  /** A dispute was won or lost. */
  "dispute.closed": {
    readonly subscription: SubscriptionSnapshot;
    readonly customer: CustomerSnapshot;
    readonly plan: PlanReference;
    readonly invoice?: InvoiceSnapshot;
    readonly payment: PaymentSnapshot;
    readonly dispute: DisputeSnapshot;
  };
  /** The provider's journal and the ledger do not say the same. A person has to look. */
  "reconciliation.differed": {
    readonly reconciliation: ReconciliationSnapshot;
    readonly differences: readonly DifferenceSnapshot[];
  };
  /** A webhook endpoint is sent nothing any more: it answered 410, or took nothing for five days. */
  "webhook_endpoint.disabled": { readonly webhook_endpoint: WebhookEndpointSnapshot };
}
