import type { EpochMs } from "#kernel/clock.ts";
import type { UnpaidEnd } from "#modules/catalog/domain/index.ts";
import { amountDueMinor, type Invoice } from "#modules/invoices/domain/index.ts";
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
  isOver,
  isRunning,
  type Subscription,
  termAdded,
} from "#modules/subscriptions/domain/index.ts";

/** Everything that decides what the end of an attempt comes to. */
export interface SettlementFacts {
  readonly payment: Payment;
  readonly invoice: Invoice;
  readonly subscription: Subscription;
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
  readonly subscription: Subscription;
  /** Nothing is left to try: the subscription ends for it. */
  readonly endsSubscription: boolean;
  /** In the order in which they are told. */
  readonly eventTypes: readonly (
    | "payment.succeeded"
    | "payment.failed"
    | "payment.action_required"
    | "invoice.paid"
    | "subscription.activated"
    | "subscription.recovered"
    | "subscription.past_due"
    | "subscription.term_added"
  )[];
}

/** What follows from the end of an attempt, for the payment, its invoice and its subscription. */
export function planSettlement(facts: SettlementFacts): SettlementPlan {
  const { outcome, nowMs } = facts;
  // A term is bought at once or not at all: nobody is chased for what was not given.
  const retryDays = isOfTerm(facts) ? [] : facts.retryDays;
  const tried = afterAttempt(facts.payment, outcome, retryDays, nowMs);
  if (outcome.type === "succeeded") return planPaid(facts, tried);
  const payment = facts.hasAnotherCard ? retriedAtOnce(tried, nowMs) : tried;
  return payment.status === "failed" ? planGivenUp(facts, payment) : planRetry(facts, payment);
}

function planPaid(facts: SettlementFacts, payment: Payment): SettlementPlan {
  const { nowMs } = facts;
  const subscription = paidSubscription(facts);
  return {
    payment,
    invoice: {
      ...facts.invoice,
      status: "paid",
      amountPaidMinor: amountDueMinor(facts.invoice),
      paidAtMs: nowMs,
    },
    subscription,
    endsSubscription: false,
    eventTypes: ["payment.succeeded", "invoice.paid", ...toldOfPaid(facts, subscription)],
  };
}

function toldOfPaid({ subscription: before }: SettlementFacts, after: Subscription) {
  if (after.termsAhead !== before.termsAhead) return ["subscription.term_added"] as const;
  if (after.status === before.status) return [];
  return before.status === "incomplete"
    ? (["subscription.activated"] as const)
    : (["subscription.recovered"] as const);
}

function isOfTerm({ invoice }: SettlementFacts): boolean {
  return invoice.reason === "term";
}

/** The first invoice starts its subscription; one that was overdue makes good for it. */
function paidSubscription(facts: SettlementFacts): Subscription {
  const { subscription, invoice, isOwingMore, nowMs } = facts;
  if (isOfTerm(facts)) return isRunning(subscription) ? termAdded(subscription) : subscription;
  if (subscription.status === "incomplete" && invoice.reason === "opening") {
    return activated(subscription, invoice.period.startMs, nowMs);
  }
  return isOwingMore ? subscription : afterPaymentRecovered(subscription);
}

function planRetry(facts: SettlementFacts, payment: Payment): SettlementPlan {
  const subscription = afterPaymentFailed(facts.subscription);
  const isNews = subscription.status !== facts.subscription.status;
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
  const { invoice, whenUnpaid } = facts;
  if (isOfTerm(facts)) {
    return {
      payment,
      invoice: { ...invoice, status: "uncollectible" },
      subscription: facts.subscription,
      endsSubscription: false,
      eventTypes: ["payment.failed"],
    };
  }
  // With an empty schedule the first failure is also the last.
  const subscription = afterPaymentFailed(facts.subscription);
  const { status } = subscription;
  const goesOn = status === "past_due" || status === "paused";
  const stays = goesOn && whenUnpaid === "stay_past_due";
  const isNews = stays && status !== facts.subscription.status;
  return {
    payment,
    invoice: { ...invoice, status: "uncollectible" },
    subscription: stays ? subscription : facts.subscription,
    endsSubscription: !stays && !isOver(subscription),
    eventTypes: ["payment.failed", ...(isNews ? (["subscription.past_due"] as const) : [])],
  };
}
