import { holdInvoice } from "#flows/correct-invoice/held-invoice.ts";
import type { Engine } from "#flows/engine.ts";
import { loadGivenBack } from "#flows/given-back.ts";
import { BillingError } from "#kernel/error.ts";
import type { OwnedId } from "#kernel/ids.ts";
import { formatMinor } from "#kernel/money.ts";
import { customerNow } from "#modules/customers/domain/index.ts";
import { getCustomer } from "#modules/customers/index.ts";
import { returnableMinor } from "#modules/invoices/domain/index.ts";
import { type Payment, pendingRefund, type Refund } from "#modules/payments/domain/index.ts";
import { getPayment, insertRefund, lockPayment } from "#modules/payments/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { refundableMinor } from "./refundable.ts";

/** What of a payment is to be given back, and why. */
export interface AskedRefund {
  /** Null for all that is left. */
  readonly amountMinor: bigint | null;
  readonly reason: string | null;
}

/**
 * Gives money of a payment back through its rail, and leaves what was charged as it is: a credit note
 * takes that back. The rail is asked by a job. Refuses with `payment_not_found`, `payment_not_collected`,
 * with `refund_too_large` what was given back already in whatever way, and with `payment_under_way`
 * while its invoice is being charged for the rest.
 */
export async function refundPayment(
  engine: Engine,
  tx: Tx,
  key: OwnedId,
  { amountMinor: asked, reason }: AskedRefund,
): Promise<Refund> {
  const found = await getPayment(tx, key);
  if (found.status !== "succeeded") {
    throw new BillingError("payment_not_collected", { status: found.status });
  }
  const mostMinor = await mostToRefund(engine, tx, found);
  const amountMinor = asked ?? mostMinor;
  if (amountMinor <= 0n || amountMinor > mostMinor) {
    const refundable = formatMinor(mostMinor, found.currency);
    throw new BillingError("refund_too_large", { refundable });
  }
  const nowMs = customerNow(await getCustomer(tx, key.customerId), engine.clock.now());
  const wanted = { id: engine.newId(), amountMinor, reason, creditNoteId: null, railRef: null };
  const refund = pendingRefund(found, { ...wanted, nowMs });
  await insertRefund(tx, refund, { askRailMs: engine.clock.now() });
  return refund;
}

/**
 * What of it may still be given back. Its invoice is held, as by everybody who gives something of it
 * back; what belongs to none is held itself.
 */
async function mostToRefund(engine: Engine, tx: Tx, payment: Payment): Promise<bigint> {
  const { customerId, invoiceId } = payment;
  if (invoiceId === null) {
    await lockPayment(tx, payment);
    return refundableMinor(tx, payment);
  }
  const { invoice } = await holdInvoice(engine, tx, { customerId, id: invoiceId });
  const leftMinor = await refundableMinor(tx, payment);
  const mostMinor = returnableMinor(invoice, await loadGivenBack(tx, invoice));
  return leftMinor < mostMinor ? leftMinor : mostMinor;
}
