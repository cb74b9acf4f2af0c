import { billingEventsOf } from "#flows/billing-event.ts";
import { grantAwaited } from "#flows/change-subscription/grant-awaited.ts";
import { endSubscription } from "#flows/end-subscription.ts";
import type { Engine } from "#flows/engine.ts";
import { loadMoneySubject } from "#flows/load-subject.ts";
import { takenBackTransfers } from "#flows/take-back-invoice.ts";
import { present } from "#kernel/assert.ts";
import type { OwnedId } from "#kernel/ids.ts";
import { customerNow } from "#modules/customers/domain/index.ts";
import { getCustomer } from "#modules/customers/index.ts";
import { getInvoiceLocked, updateInvoice } from "#modules/invoices/index.ts";
import type { Transfer } from "#modules/ledger/domain/index.ts";
import { postTransfers } from "#modules/ledger/index.ts";
import type { AttemptOutcome, Payment } from "#modules/payments/domain/index.ts";
import {
  countFailingPayments,
  findDefaultPaymentMethod,
  listAttempts,
  lockPayment,
  settleAttempt,
  updatePayment,
} from "#modules/payments/index.ts";
import { getProject } from "#modules/projects/index.ts";
import { awaitsInvoice } from "#modules/subscriptions/domain/index.ts";
import { getSubscriptionLocked, updateSubscriptions } from "#modules/subscriptions/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { faultPoint } from "#platform/faults/fault-point.ts";
import { appendToOutbox } from "#platform/jobs/outbox.ts";
import { planSettlement, type SettlementFacts, type SettlementPlan } from "./plan-settlement.ts";

/** How an attempt at a payment ended, by the rail's word. */
export interface Settlement {
  readonly payment: OwnedId;
  /** Null when the money came without an attempt of ours: the payer paid on the rail's page. */
  readonly attemptNumber: number | null;
  readonly outcome: AttemptOutcome;
  /** The rail's record of the attempt. */
  readonly chargeRef: string | null;
}

/**
 * Writes the end of an attempt with everything that follows from it: payment, invoice, books,
 * subscription and events. Told twice, or by two processes at once, it happens once. Answers the
 * payment as it stands after it.
 */
export async function settlePayment(
  engine: Engine,
  tx: Tx,
  settlement: Settlement,
): Promise<Payment> {
  const payment = present(await lockPayment(tx, settlement.payment), "payments are never deleted");
  const customer = await getCustomer(tx, payment.customerId);
  const nowMs = customerNow(customer, engine.clock.now());
  const isNews = await isFirstWord(tx, payment, settlement, nowMs);
  if (!isNews) return payment;

  const facts = await loadFacts(engine, tx, payment, settlement, nowMs);
  const plan = planSettlement(facts);
  await commitSettlement(engine, tx, facts, plan);
  return plan.payment;
}

/**
 * Whether this is the first that is heard of it. A success is news until the payment has succeeded,
 * whichever attempt brought it; a failure is news to a payment that waits for just that attempt.
 */
async function isFirstWord(
  tx: Tx,
  payment: Payment,
  { attemptNumber, outcome, chargeRef }: Settlement,
  nowMs: number,
): Promise<boolean> {
  const isOpen =
    attemptNumber !== null &&
    (await settleAttempt(tx, payment, attemptNumber, { outcome, chargeRef, nowMs }));
  if (outcome.type === "succeeded") return payment.status !== "succeeded";
  return isOpen && payment.status === "pending";
}

async function loadFacts(
  engine: Engine,
  tx: Tx,
  payment: Payment,
  { outcome, attemptNumber }: Settlement,
  nowMs: number,
): Promise<SettlementFacts> {
  const { customerId } = payment;
  const id = payment.subscriptionId;
  // Held first: of two payments that succeed at once, the second then sees that the first did.
  const subscription = id === null ? null : await getSubscriptionLocked(tx, { customerId, id });
  const others = id === null ? 0 : await countFailingPayments(tx, customerId, id);
  const { plan } = await loadMoneySubject(engine, tx, customerId, subscription);
  return {
    payment,
    invoice: await getInvoiceLocked(tx, { customerId, id: invoiceIdOf(payment) }),
    subscription,
    outcome,
    hasAnotherCard:
      outcome.type !== "succeeded" && (await hasAnotherCard(tx, payment, attemptNumber)),
    isOwingMore: others > (isFailing(payment) ? 1 : 0),
    retryDays: (await getProject(tx)).retryDays,
    whenUnpaid: plan?.whenUnpaid ?? "stay_past_due",
    nowMs,
  };
}

/** Whether a card other than the one that the attempt charged is the one to charge by now. */
async function hasAnotherCard(
  tx: Tx,
  payment: Payment,
  attemptNumber: number | null,
): Promise<boolean> {
  const next = await findDefaultPaymentMethod(tx, payment.customerId);
  const attempts = await listAttempts(tx, payment);
  const tried = attempts.find((attempt) => attempt.attemptNumber === attemptNumber);
  return next !== null && next.id !== tried?.paymentMethodId;
}

function isFailing({ status, firstFailedMs }: Payment): boolean {
  return status === "pending" && firstFailedMs !== null;
}

async function commitSettlement(
  engine: Engine,
  tx: Tx,
  { nowMs, invoice: before }: SettlementFacts,
  plan: SettlementPlan,
): Promise<void> {
  const { payment, invoice, subscription } = plan;
  await updatePayment(tx, payment, engine.clock.now());
  if (subscription !== null) await updateSubscriptions(tx, [subscription]);
  faultPoint("payment.settled");
  if (invoice !== before) await updateInvoice(tx, invoice);
  if (payment.status === "succeeded") await postTransfers(tx, paidTransfers(payment, nowMs));
  if (invoice.status === "void" && before.status !== "void") {
    await postTransfers(tx, takenBackTransfers(invoice, nowMs));
    faultPoint("change.refused");
  }
  faultPoint("payment.booked");

  const subject = {
    ...(await loadMoneySubject(engine, tx, payment.customerId, subscription)),
    invoice,
    payment,
  };
  await appendToOutbox(tx, billingEventsOf(engine, plan.eventTypes, subject, nowMs));
  const isPaid = invoice.status === "paid" && before.status !== "paid";
  if (isPaid && subscription !== null && awaitsInvoice(subscription, invoice)) {
    await grantAwaited(engine, tx, subscription);
    faultPoint("change.granted");
  }
  if (plan.endsSubscription && subscription !== null) {
    await endSubscription(engine, tx, subscription);
  }
}

/** What was owed is paid; what was not owed any more is the customer's credit. */
function paidTransfers(payment: Payment, nowMs: number): Transfer[] {
  const { customerId, id, currency, amountMinor, surplusMinor, rail } = payment;
  const shared = {
    customerId,
    currency,
    debitAccount: `rail:${rail}`,
    sourceType: "payment",
    sourceId: id,
    occurredAtMs: nowMs,
  } as const;
  return [
    { ...shared, creditAccount: "receivable", amountMinor: amountMinor - surplusMinor },
    { ...shared, creditAccount: "customer_credit", amountMinor: surplusMinor },
  ];
}

function invoiceIdOf({ invoiceId }: Payment): bigint {
  return present(invoiceId, "what has no invoice came as a success and is not settled again");
}
