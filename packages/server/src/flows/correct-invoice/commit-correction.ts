import { type BillingEventType, billingEventsOf, type EventSubject } from "#flows/billing-event.ts";
import { grantAwaited } from "#flows/change-subscription/grant-awaited.ts";
import { endSubscription } from "#flows/end-subscription.ts";
import type { Engine } from "#flows/engine.ts";
import { paidSubscription, toldOfPaid } from "#flows/settle-payment/plan-settlement.ts";
import { amountRemainingMinor, type Invoice } from "#modules/invoices/domain/index.ts";
import { updateInvoice } from "#modules/invoices/index.ts";
import type { Transfer } from "#modules/ledger/domain/index.ts";
import { postTransfers } from "#modules/ledger/index.ts";
import { recollected } from "#modules/payments/domain/index.ts";
import { countFailingPayments, insertPayments, updatePayment } from "#modules/payments/index.ts";
import {
  afterPaymentRecovered,
  awaitsInvoice,
  type Subscription,
} from "#modules/subscriptions/domain/index.ts";
import { updateSubscriptions } from "#modules/subscriptions/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { appendToOutbox } from "#platform/jobs/outbox.ts";
import type { HeldInvoice } from "./held-invoice.ts";

/** What an operator did to an invoice. */
export interface Correction {
  /** As it stands afterwards. */
  readonly invoice: Invoice;
  /** What moves in the books for it. */
  readonly moves: readonly Pick<
    Transfer,
    "debitAccount" | "creditAccount" | "amountMinor" | "sourceType" | "sourceId"
  >[];
  /** What is told of it first; what follows from it is told after that. */
  readonly told: BillingEventType;
  /** What the events carry beside the invoice. */
  readonly also?: Pick<EventSubject, "creditNote" | "manualPayment">;
}

/**
 * Writes a correction of an invoice that is held, with everything that follows from it: the books, the
 * payment that collects what is left, the subscription and the events.
 */
export async function commitCorrection(
  engine: Engine,
  tx: Tx,
  held: HeldInvoice,
  { invoice, moves, told, also = {} }: Correction,
): Promise<void> {
  const { customer, nowMs } = held;
  const { customerId, currency } = invoice;
  await updateInvoice(tx, invoice);
  await postTransfers(
    tx,
    moves.map((move) => ({ ...move, customerId, currency, occurredAtMs: nowMs })),
  );
  await recollect(engine, tx, held, invoice);
  const subscription = await subscriptionAfter(tx, held, invoice);
  if (subscription !== null && subscription !== held.subscription) {
    await updateSubscriptions(tx, [subscription]);
  }
  const isPaid = invoice.status === "paid" && held.invoice.status !== "paid";
  const isDropped = held.subscription?.awaitedChange && !subscription?.awaitedChange;
  const types: BillingEventType[] = [
    told,
    ...(isPaid ? (["invoice.paid"] as const) : []),
    ...toldOfPaid(held.subscription, subscription),
    ...(isDropped ? (["subscription.change_withdrawn"] as const) : []),
  ];
  const subject = { ...also, customer, subscription, plan: held.plan, invoice };
  await appendToOutbox(tx, billingEventsOf(engine, types, subject, nowMs));
  if (isPaid && subscription !== null && awaitsInvoice(subscription, invoice)) {
    await grantAwaited(engine, tx, subscription);
  }
  if (subscription !== null && isNeverToStart(subscription, invoice)) {
    await endSubscription(engine, tx, subscription);
  }
}

async function recollect(
  engine: Engine,
  tx: Tx,
  { collecting, invoice: before, nowMs }: HeldInvoice,
  invoice: Invoice,
): Promise<void> {
  if (collecting === null) return;
  const isGivenUp = invoice.status === "uncollectible" && before.status !== "uncollectible";
  const remainingMinor = isGivenUp ? 0n : amountRemainingMinor(invoice);
  const { payment, successor } = recollected(collecting, remainingMinor, {
    id: engine.newId(),
    nowMs,
  });
  await updatePayment(tx, payment, engine.clock.now());
  if (successor !== null) await insertPayments(tx, [successor]);
}

/** What is paid, or not owed any more, starts its subscription or makes good for it. */
async function subscriptionAfter(
  tx: Tx,
  { subscription, invoice: before, nowMs }: HeldInvoice,
  invoice: Invoice,
): Promise<Subscription | null> {
  if (subscription !== null && awaitsInvoice(subscription, invoice)) {
    return invoice.status === "void" ? { ...subscription, awaitedChange: null } : subscription;
  }
  const isSettled = invoice.status === "paid" || invoice.status === "void";
  if (subscription === null || !isSettled || invoice.status === before.status) return subscription;
  const { customerId, id } = subscription;
  // The payment that collected this one is canceled by now, so what fails is another's.
  const isOwingMore = (await countFailingPayments(tx, customerId, id)) > 0;
  if (invoice.status === "paid") {
    return paidSubscription({ subscription, invoice, isOwingMore, nowMs });
  }
  return isOwingMore ? subscription : afterPaymentRecovered(subscription);
}

/** What was to start it will not be paid. */
function isNeverToStart({ status }: Subscription, invoice: Invoice): boolean {
  return status === "incomplete" && invoice.reason === "opening" && invoice.status !== "open";
}
