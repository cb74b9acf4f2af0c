import { type BillingEventType, billingEventsOf, type EventSubject } from "#flows/billing-event.ts";
import type { Engine } from "#flows/engine.ts";
import { loadMoneySubject } from "#flows/load-subject.ts";
import type { EpochMs } from "#kernel/clock.ts";
import { getInvoice } from "#modules/invoices/index.ts";
import type { Payment } from "#modules/payments/domain/index.ts";
import { getSubscription } from "#modules/subscriptions/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { appendToOutbox } from "#platform/jobs/outbox.ts";

/** Tells what happened to a payment, with everything that the payment is about. */
export async function tellOfPayment(
  engine: Engine,
  tx: Tx,
  type: BillingEventType,
  told: Pick<EventSubject, "refund" | "dispute"> & {
    readonly payment: Payment;
    readonly nowMs: EpochMs;
  },
): Promise<void> {
  const { payment, nowMs, ...also } = told;
  const { customerId, invoiceId } = payment;
  const id = payment.subscriptionId;
  const subscription = id === null ? null : await getSubscription(tx, { customerId, id });
  const subject: EventSubject = {
    ...(await loadMoneySubject(engine, tx, customerId, subscription)),
    invoice: invoiceId === null ? null : await getInvoice(tx, { customerId, id: invoiceId }),
    payment,
    ...also,
  };
  await appendToOutbox(tx, billingEventsOf(engine, [type], subject, nowMs));
}
