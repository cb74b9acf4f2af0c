import { type Collector, collectDueOf } from "#flows/collect-due-payments.ts";
import { BillingError } from "#kernel/error.ts";
import { formatOwnedId, type OwnedId } from "#kernel/ids.ts";
import { customerNow } from "#modules/customers/domain/index.ts";
import { getCustomer } from "#modules/customers/index.ts";
import type { Invoice } from "#modules/invoices/domain/index.ts";
import { getInvoice } from "#modules/invoices/index.ts";
import { type Payment, waitsForPayer } from "#modules/payments/domain/index.ts";
import { actionLink, findNewestPaymentFor } from "#modules/payments/index.ts";
import type { Subscription } from "#modules/subscriptions/domain/index.ts";
import { getSubscription } from "#modules/subscriptions/index.ts";

/** A change that waits for its invoice to be paid. */
export interface ChangeToCollect {
  readonly projectId: number;
  readonly subscription: OwnedId;
  readonly invoice: OwnedId;
}

/**
 * Collects the invoice that a change waits for, and answers what came of it: the subscription as it is
 * now. Asked again it goes on from where it was. While the provider's answer is not known the change
 * waits, and the subscription says so. Runs transactions of its own; refuses with `payment_declined`.
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
  if (due.paymentId !== undefined) {
    const { nowMs, paymentId } = due;
    await collectDueOf(collector, { projectId, customerId, nowMs, paymentId });
  }
  return db.ofCustomer({ projectId, customerId }, async (tx) => {
    const invoice = await getInvoice(tx, invoiceKey);
    const payment = await findNewestPaymentFor(tx, invoiceKey);
    refuseUnpaid(invoice, payment, engine.publicUrl);
    return { subscription: await getSubscription(tx, key), invoice };
  });
}

function refuseUnpaid(invoice: Invoice, payment: Payment | null, publicUrl: string): void {
  if (invoice.status === "paid") return;
  const needsPayer = payment !== null && waitsForPayer(payment);
  if (invoice.status === "open" && !needsPayer) return;
  throw new BillingError("payment_declined", {
    failure_code: payment?.lastFailureCode ?? null,
    invoice: formatOwnedId("invoice", invoice),
    action_url: needsPayer ? actionLink(publicUrl, payment) : null,
  });
}
