import { dropAwaited } from "#flows/change-subscription/take-back-awaited.ts";
import type { Engine } from "#flows/engine.ts";
import { loadSubject } from "#flows/load-subject.ts";
import type { RailAccess } from "#flows/rail-customer.ts";
import { takeBackInvoice } from "#flows/take-back-invoice.ts";
import type { OwnedId } from "#kernel/ids.ts";
import { getInvoice } from "#modules/invoices/index.ts";
import {
  findAttempt,
  PAYMENT_CANCELED,
  type Payment,
  type RailPayment,
} from "#modules/payments/domain/index.ts";
import { listAttempts, lockPayment, updatePayment } from "#modules/payments/index.ts";
import { awaitsInvoice } from "#modules/subscriptions/domain/index.ts";
import { getSubscriptionLocked } from "#modules/subscriptions/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { settlePayment } from "./settle-payment.ts";

/**
 * Settles what the rail says of a payment, when it says something new. Never confirms anything: an
 * attempt that the rail has not seen may be on its way from another process.
 */
export async function settleFound(
  { engine, db }: Pick<RailAccess, "engine" | "db">,
  projectId: number,
  key: OwnedId,
  found: RailPayment,
): Promise<void> {
  await db.inProject(projectId, async (tx) => {
    const payment = await lockPayment(tx, key);
    if (payment === null || payment.railRef !== found.ref) return;
    const attempts = await listAttempts(tx, key);
    const known = new Set(attempts.flatMap(({ chargeRef }) => chargeRef ?? []));
    const finding = findAttempt(found, known);
    if (finding.type !== "settled") return;
    const open = attempts.find(({ settledAtMs }) => settledAtMs === null);
    if (open === undefined && found.status === "canceled") {
      if (payment.status !== "pending") return;
      // No attempt fails by it: the next one makes another at the rail. Nor does its payer's link lead
      // anywhere until then, if there is one.
      const canceled = { ...payment, railRef: null, lastFailureCode: PAYMENT_CANCELED };
      await updatePayment(tx, canceled, engine.clock.now());
      await dropOfPayment(engine, tx, payment);
      return;
    }
    await settlePayment(engine, tx, {
      payment: key,
      attemptNumber: open?.attemptNumber ?? null,
      outcome: finding.outcome,
      chargeRef: found.latestChargeRef,
    });
  });
}

/**
 * What is granted when it is paid is not, as if it was declined: no attempt follows, and the link of a
 * payer whom the bank wanted is dead.
 */
async function dropOfPayment(
  engine: Engine,
  tx: Tx,
  { customerId, subscriptionId, invoiceId, nextAttemptMs }: Payment,
): Promise<void> {
  if (subscriptionId === null || invoiceId === null || nextAttemptMs !== null) return;
  const subscription = await getSubscriptionLocked(tx, { customerId, id: subscriptionId });
  const subject = await loadSubject(engine, tx, subscription);
  if (awaitsInvoice(subscription, { id: invoiceId })) {
    await dropAwaited(engine, tx, subscription, subject);
  } else {
    const invoice = await getInvoice(tx, { customerId, id: invoiceId });
    if (invoice.reason !== "term") return;
    await takeBackInvoice(engine, tx, invoice, { ...subject, subscription, told: [] });
  }
}
