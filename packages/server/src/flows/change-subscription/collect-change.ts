import { type Collector, collectDueOf } from "#flows/collect-due-payments.ts";
import { BillingError } from "#kernel/error.ts";
import { formatOwnedId, type OwnedId } from "#kernel/ids.ts";
import { formatMinor } from "#kernel/money.ts";
import { customerNow } from "#modules/customers/domain/index.ts";
import { getCustomer } from "#modules/customers/index.ts";
import type { Invoice } from "#modules/invoices/domain/index.ts";
import { getInvoice } from "#modules/invoices/index.ts";
import {
  PAYMENT_CANCELED,
  type Payment,
  type PaymentAttempt,
  waitsForPayer,
} from "#modules/payments/domain/index.ts";
import { actionLink, findNewestPaymentFor, listAttempts } from "#modules/payments/index.ts";
import type { Subscription } from "#modules/subscriptions/domain/index.ts";
import { getSubscription } from "#modules/subscriptions/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { faultPoint } from "#platform/faults/fault-point.ts";

/** A change that waits for its invoice to be paid. */
export interface ChangeToCollect {
  readonly projectId: number;
  readonly subscription: OwnedId;
  readonly invoice: OwnedId;
}

/**
 * Collects the invoice that a change waits for, and answers what came of it: the subscription as it is
 * now. Asked again it goes on from where it was. While the provider's answer is not known the change
 * waits, and the subscription says so. Runs transactions of its own; refuses with `payment_declined`, and
 * with `change_overtaken` where something else dropped the change meanwhile.
 */
export async function collectChange(
  collector: Collector,
  { projectId, subscription: key, invoice: invoiceKey }: ChangeToCollect,
): Promise<{ readonly subscription: Subscription; readonly invoice: Invoice }> {
  const { db, engine } = collector;
  const { customerId } = key;
  const due = await db.ofCustomer({ projectId, customerId }, async (tx) => {
    const payment = await findNewestPaymentFor(tx, invoiceKey);
    const nowMs = customerNow(await getCustomer(tx, customerId), engine.clock.now());
    return { paymentId: payment?.id, nowMs };
  });
  faultPoint("change.awaited");
  if (due.paymentId !== undefined) {
    const { nowMs, paymentId } = due;
    await collectDueOf(collector, { projectId, customerId, nowMs, paymentId });
  }
  faultPoint("change.collected");
  return db.ofCustomer({ projectId, customerId }, async (tx) => {
    const invoice = await getInvoice(tx, invoiceKey);
    const payment = await findNewestPaymentFor(tx, invoiceKey);
    await refuseUnpaid(tx, invoice, payment, engine.publicUrl);
    return { subscription: await getSubscription(tx, key), invoice };
  });
}

/** Refuses what is not paid, and says whether that is for its card or for what else happened. */
async function refuseUnpaid(
  tx: Tx,
  invoice: Invoice,
  payment: Payment | null,
  publicUrl: string,
): Promise<void> {
  if (invoice.status === "paid") return;
  const needsPayer = payment !== null && waitsForPayer(payment);
  if (invoice.status === "open" && !needsPayer) return;
  const last = payment === null ? undefined : (await listAttempts(tx, payment)).at(-1);
  if (!needsPayer && !isDeclined(payment, last)) throw overtaken(invoice, payment, last);
  throw new BillingError("payment_declined", {
    failure_code: payment?.lastFailureCode ?? last?.failureCode ?? null,
    invoice: formatOwnedId("invoice", invoice),
    action_url: needsPayer ? actionLink(publicUrl, payment) : null,
  });
}

/** Whether nobody can pay it any more, by the word of its card or of the provider. */
function isDeclined(payment: Payment | null, last: PaymentAttempt | undefined): boolean {
  return last?.outcome === "declined" || payment?.lastFailureCode === PAYMENT_CANCELED;
}

/** Something dropped the change while it was paid for: what came for it all the same is kept. */
function overtaken(
  invoice: Invoice,
  payment: Payment | null,
  last: PaymentAttempt | undefined,
): BillingError {
  const isCharged = payment?.status === "succeeded";
  const isKnown = isCharged || last === undefined || last.settledAtMs !== null;
  const keptMinor = isCharged ? payment.surplusMinor : 0n;
  return new BillingError("change_overtaken", {
    invoice: formatOwnedId("invoice", invoice),
    payment: payment === null ? null : formatOwnedId("payment", payment),
    kept_as_credit: isKnown ? formatMinor(keptMinor, invoice.currency) : null,
  });
}
