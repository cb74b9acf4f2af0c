// Made by `npm run docs` from what the server tells. Edit the source there, not this copy.

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

interface ItemSnapshot {
  plan: string;
  plan_version: number;
  /** As it was asked for. */
  quantity: string;
  /** What it is billed for from now on. */
  billable_quantity: string;
  /** What it may use today. */
  licensed_quantity: string;
}

interface PendingChangeSnapshot {
  /** Null is the end of the period. */
  at: string | null;
  policy: NowMode;
  plan: string;
  plan_version: number;
  quantity: string;
  addons: WantedAddOnSnapshot[];
  requested_at: string;
}

type NowMode = Exclude<ChangeMode, "at_period_end">;

type ChangeMode = "now_prorated" | "now_full" | "now_without" | "at_period_end";

interface WantedAddOnSnapshot {
  plan: string;
  plan_version: number;
  quantity: string;
}

interface AwaitedChangeSnapshot {
  invoice: string;
  plan: string;
  plan_version: number;
  quantity: string;
  addons: WantedAddOnSnapshot[];
  requested_at: string;
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

export interface CustomerSnapshot {
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

export interface PlanReference {
  id: string;
  version: number;
  name: string;
  currency: string;
}

export interface InvoiceSnapshot {
  id: string;
  number: string;
  status: "open" | "paid" | "void" | "uncollectible";
  reason: "one_off" | "opening" | "renewal" | "change" | "term" | "final";
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
  /** What credit notes took off before it was paid. */
  amount_credited: string;
  /** What was to be paid of it in all. */
  amount_due: string;
  amount_paid: string;
  /** What is still to be paid. */
  amount_remaining: string;
  issued_at: string;
  /** Whether the card is charged, or the invoice sent to be paid. */
  collection: "charge" | "send";
  /** Until when it is to be paid. */
  due_at: string;
  /** When it was told that it is due and not paid. */
  overdue_at: string | null;
  paid_at: string | null;
  /** Where the payer can pay it by card; null unless it was sent and waits to be paid. */
  payment_url: string | null;
  lines: InvoiceLineSnapshot[];
}

interface InvoiceLineSnapshot {
  line: number;
  kind: "flat" | "credit" | "usage" | "late_usage" | "minimum" | "maximum" | "one_off";
  /** Null where a line keeps the whole plan within its limits, or is charged once. */
  price: string | null;
  metric: string | null;
  description: string;
  period_start: string;
  period_end: string;
  quantity: string;
  /** Null where there is no one price of a unit: with tiers, say. */
  unit_price: string | null;
  amount: string;
  /** What was pending until this line billed it; only where something was. */
  invoice_item?: string;
}

export interface PaymentSnapshot {
  id: string;
  customer: string;
  invoice: string | null;
  subscription: string | null;
  status: PaymentStatus;
  amount: string;
  /** What of it was not owed any more when it came: the customer's credit. */
  surplus: string;
  currency: string;
  attempt_count: number;
  next_attempt_at: string | null;
  failure_code: string | null;
  /** Where the customer satisfies the bank; null while that is not asked for. */
  action_url: string | null;
  created_at: string;
  settled_at: string | null;
}

type PaymentStatus = "pending" | "succeeded" | "failed" | "canceled";

export interface RefundSnapshot {
  id: string;
  payment: string;
  /** The credit note that it pays out; null for any other. */
  credit_note: string | null;
  status: RefundStatus;
  amount: string;
  currency: string;
  reason: string | null;
  failure_code: string | null;
  created_at: string;
  settled_at: string | null;
}

type RefundStatus = "pending" | "succeeded" | "failed";

export interface DisputeSnapshot {
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

export interface CreditNoteSnapshot {
  id: string;
  number: string;
  invoice: string;
  customer: string;
  reason: string;
  currency: string;
  amount: string;
  /** Where it went: off what was due, to the customer's credit, back through the provider. */
  taken_off_due: string;
  credited_to_balance: string;
  refunded: string;
  lines: { line: number; amount: string }[];
  created_at: string;
}

export interface ManualPaymentSnapshot {
  id: string;
  invoice: string;
  customer: string;
  reference: string;
  method: "bank_transfer" | "cash" | "check" | "other";
  amount: string;
  /** What of it was more than due: the customer's credit. */
  surplus: string;
  currency: string;
  paid_at: string;
  created_at: string;
}

export interface PlanMigrationSnapshot {
  id: string;
  plan: string;
  /** Null is every version before `to_version`. */
  from_version: number | null;
  to_version: number;
  when: TakesEffect;
  /** How money moves where it takes effect now; null leaves it to the version that is left. */
  policy: NowMode | null;
  only: string[] | null;
  except: string[];
  status: MigrationStatus;
  progress: MigrationProgressSnapshot;
  created_at: string;
  started_at: string | null;
  completed_at: string | null;
  undone_at: string | null;
}

type TakesEffect = "period_end" | "now";

type MigrationStatus = "draft" | "running" | "paused" | "completed" | "undoing" | "undone";

interface MigrationProgressSnapshot {
  total: number;
  /** Those whose figures were worked out beforehand. */
  assessed: number;
  moved: number;
  skipped: number;
  failed: number;
  returned: number;
  kept: number;
  left: number;
}

export interface ReconciliationSnapshot {
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

export interface DifferenceSnapshot {
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

export interface WebhookEndpointSnapshot {
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
