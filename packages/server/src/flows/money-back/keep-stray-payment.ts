import type { Engine } from "#flows/engine.ts";
import { customerNow } from "#modules/customers/domain/index.ts";
import { getCustomer } from "#modules/customers/index.ts";
import { postTransfers } from "#modules/ledger/index.ts";
import {
  type Payment,
  pendingRefund,
  type RailName,
  type RailPayment,
  strayPayment,
} from "#modules/payments/domain/index.ts";
import { insertRefund, insertStrayPayment } from "#modules/payments/index.ts";
import type { Tx } from "#platform/db/database.ts";

/**
 * Keeps money that came for nothing: its subscription had ended, or it was paid on two pages. It goes
 * into the books as nobody's, and a job gives it back. Told twice it happens once.
 */
export async function keepStrayPayment(
  engine: Engine,
  tx: Tx,
  { customerId, subscriptionId }: Pick<Payment, "customerId" | "subscriptionId">,
  { rail, paid }: { readonly rail: RailName; readonly paid: RailPayment },
): Promise<void> {
  const wallNowMs = engine.clock.now();
  const customer = await getCustomer(tx, customerId);
  const payment = strayPayment({
    customerId,
    id: engine.newId(),
    subscriptionId,
    rail,
    railRef: paid.ref,
    amountMinor: paid.amountMinor,
    currency: paid.currency,
    isOnTestClock: customer.testClockAtMs !== null,
    nowMs: customerNow(customer, wallNowMs),
  });
  if (!(await insertStrayPayment(tx, payment, wallNowMs))) return;
  const { currency, amountMinor, createdAtMs } = payment;
  await postTransfers(tx, [
    {
      customerId,
      currency,
      debitAccount: `rail:${rail}`,
      creditAccount: "unapplied",
      amountMinor,
      sourceType: "payment",
      sourceId: payment.id,
      occurredAtMs: createdAtMs,
    },
  ]);
  const refund = pendingRefund(payment, {
    id: engine.newId(),
    amountMinor,
    reason: "paid_for_nothing",
    creditNoteId: null,
    railRef: null,
    nowMs: createdAtMs,
  });
  await insertRefund(tx, refund, { askRailMs: wallNowMs });
}
