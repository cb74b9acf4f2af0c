import type { EpochMs } from "#kernel/clock.ts";
import type { UnpaidEnd } from "#modules/catalog/domain/index.ts";
import { type Invoice, paidWith, ungranted } from "#modules/invoices/domain/index.ts";
import {
  type AttemptOutcome,
  afterAttempt,
  type Payment,
  retriedAtOnce,
  waitsForPayer,
} from "#modules/payments/domain/index.ts";
import {
  activated,
  afterPaymentFailed,
  afterPaymentRecovered,
  awaitsInvoice,
  isOver,
  type Subscription,
  termAdded,
} from "#modules/subscriptions/domain/index.ts";

/** Everything that decides what the end of an attempt comes to. */
export interface SettlementFacts {
  readonly payment: Payment;
  readonly invoice: Invoice;
  /** Null for an invoice that belongs to none. */
  readonly subscription: Subscription | null;
  readonly outcome: AttemptOutcome;
  /** Whether the customer has another card by now than the one that was tried. */
  readonly hasAnotherCard: boolean;
  /** Whether another payment of the subscription has failed and is not made good yet. */
  readonly isOwingMore: boolean;
  /** Days after the first failure at which it is tried again. */
  readonly retryDays: readonly number[];
  /** What the plan says becomes of a subscription that is not paid for. */
  readonly whenUnpaid: UnpaidEnd;
  /** The customer's present. */
  readonly nowMs: EpochMs;
}

export interface SettlementPlan {
  readonly payment: Payment;
  readonly invoice: Invoice;
  readonly subscription: Subscription | null;
  /** Nothing is left to try: the subscription ends for it. */
  readonly endsSubscription: boolean;
  /** In the order in which they are told. */
  readonly eventTypes: readonly (
    | "payment.succeeded"
    | "payment.failed"
    | "payment.action_required"
    | "invoice.paid"
    | "invoice.voided"
    | "invoice.marked_uncollectible"
    | "subscription.change_withdrawn"
    | "subscription.activated"
    | "subscription.recovered"
    | "subscription.past_due"
    | "subscription.term_added"
  )[];
}

/** What follows from the end of an attempt, for the payment, its invoice and its subscription. */
export function planSettlement(facts: SettlementFacts): SettlementPlan {
  const { outcome, nowMs } = facts;
  // Bought at once or not at all: nobody is chased for what was not given.
  const isBoughtAtOnce = isOfAwaitedChange(facts) || isOfTerm(facts);
  if (isBoughtAtOnce && outcome.type !== "succeeded") return planNotGranted(facts, outcome);
  const tried = afterAttempt(facts.payment, outcome, facts.retryDays, nowMs);
  if (outcome.type === "succeeded") return planPaid(facts, tried);
  const payment = facts.hasAnotherCard ? retriedAtOnce(tried, nowMs) : tried;
  return payment.status === "failed" ? planGivenUp(facts, payment) : planRetry(facts, payment);
}

function planPaid(facts: SettlementFacts, payment: Payment): SettlementPlan {
  const { nowMs } = facts;
  const { invoice, surplusMinor } = paidWith(facts.invoice, payment.amountMinor, nowMs);
  const isPaid = invoice.status === "paid" && facts.invoice.status !== "paid";
  const subscription = isPaid ? paidSubscription(facts) : facts.subscription;
  return {
    payment: { ...payment, surplusMinor },
    invoice,
    subscription,
    endsSubscription: false,
    eventTypes: [
      "payment.succeeded",
      ...(isPaid ? (["invoice.paid"] as const) : []),
      ...toldOfPaid(facts.subscription, subscription),
    ],
  };
}

/** What is told of a subscription whose invoice is paid, or owed no more. */
export function toldOfPaid(before: Subscription | null, after: Subscription | null) {
  if (before === null || after === null) return [];
  const isBought = before.status === "expired" && after.status === "active";
  if (isBought || after.termsAhead !== before.termsAhead) {
    return ["subscription.term_added"] as const;
  }
  if (after.status === before.status) return [];
  return before.status === "incomplete"
    ? (["subscription.activated"] as const)
    : (["subscription.recovered"] as const);
}

/** What is told of the invoice of what is not granted. */
export function toldOfUngranted({ status }: Invoice) {
  return status === "void" ? "invoice.voided" : "invoice.marked_uncollectible";
}

/** Whether the subscription awaits just this invoice to be changed. */
function isOfAwaitedChange({
  subscription,
  invoice,
}: Pick<SettlementFacts, "subscription" | "invoice">): boolean {
  return awaitsInvoice(subscription, invoice);
}

function isOfTerm({ invoice }: Pick<SettlementFacts, "invoice">): boolean {
  return invoice.reason === "term";
}

/** Whether it begins with this invoice's payment. */
function isOpeningOf(
  { status }: Subscription,
  { invoice }: Pick<SettlementFacts, "invoice">,
): boolean {
  return status === "incomplete" && invoice.reason === "opening";
}

/** The first invoice starts its subscription; one that was overdue makes good for it. */
export function paidSubscription(
  facts: Pick<SettlementFacts, "subscription" | "invoice" | "isOwingMore" | "nowMs">,
): Subscription | null {
  const { subscription, invoice, isOwingMore, nowMs } = facts;
  if (subscription === null) return null;
  // It pays for what is granted now, and not for what runs.
  if (isOfAwaitedChange(facts)) return subscription;
  if (isOfTerm(facts)) {
    const isGone = subscription.status === "canceled";
    return isGone ? subscription : termAdded(subscription, invoice.period.startMs);
  }
  if (isOpeningOf(subscription, facts)) {
    return activated(subscription, invoice.period.startMs, nowMs);
  }
  return isOwingMore ? subscription : afterPaymentRecovered(subscription);
}

/**
 * What was to be granted once it is paid is not: nothing has changed, and nothing is owed. Where the bank
 * wants the payer it waits, for nobody else can bring that about.
 */
function planNotGranted(
  { payment: before, invoice, subscription, nowMs }: SettlementFacts,
  { type, code }: Exclude<AttemptOutcome, { type: "succeeded" }>,
): SettlementPlan {
  const tried = { ...before, nextAttemptMs: null, lastFailureCode: code };
  if (type === "needs_action") {
    const told = ["payment.failed", "payment.action_required"] as const;
    return { payment: tried, invoice, subscription, endsSubscription: false, eventTypes: told };
  }
  const after = ungranted(invoice);
  const isChange = isOfAwaitedChange({ subscription, invoice });
  return {
    payment: { ...tried, status: "canceled", settledAtMs: nowMs },
    invoice: after,
    subscription:
      isChange && subscription ? { ...subscription, awaitedChange: null } : subscription,
    endsSubscription: false,
    eventTypes: [
      "payment.failed",
      toldOfUngranted(after),
      ...(isChange ? (["subscription.change_withdrawn"] as const) : []),
    ],
  };
}

function planRetry(facts: SettlementFacts, payment: Payment): SettlementPlan {
  const before = facts.subscription;
  const subscription = before === null ? null : afterPaymentFailed(before);
  const isNews = subscription?.status !== before?.status;
  return {
    payment,
    invoice: facts.invoice,
    subscription,
    endsSubscription: false,
    eventTypes: [
      "payment.failed",
      ...(waitsForPayer(payment) ? (["payment.action_required"] as const) : []),
      ...(isNews ? (["subscription.past_due"] as const) : []),
    ],
  };
}

function planGivenUp(facts: SettlementFacts, payment: Payment): SettlementPlan {
  const { subscription: before, whenUnpaid } = facts;
  if (before !== null && isOpeningOf(before, facts)) return planNeverBegun(facts, payment);
  const invoice = { ...facts.invoice, status: "uncollectible" } as const;
  if (before === null) {
    const told = { eventTypes: ["payment.failed"], endsSubscription: false } as const;
    return { payment, invoice, subscription: before, ...told };
  }
  // With an empty schedule the first failure is also the last.
  const subscription = afterPaymentFailed(before);
  const { status } = subscription;
  const goesOn = status === "past_due" || status === "paused";
  const stays = goesOn && whenUnpaid === "stay_past_due";
  const isNews = stays && status !== before.status;
  return {
    payment,
    invoice,
    subscription: stays ? subscription : before,
    endsSubscription: !stays && !isOver(subscription),
    eventTypes: ["payment.failed", ...(isNews ? (["subscription.past_due"] as const) : [])],
  };
}

/** What was to begin with its payment does not, and nothing is owed for it. */
function planNeverBegun(facts: SettlementFacts, payment: Payment): SettlementPlan {
  const { subscription } = facts;
  const invoice = ungranted(facts.invoice);
  const eventTypes = ["payment.failed", toldOfUngranted(invoice)] as const;
  const canceled = { ...payment, status: "canceled" } as const;
  return { payment: canceled, invoice, subscription, endsSubscription: true, eventTypes };
}
