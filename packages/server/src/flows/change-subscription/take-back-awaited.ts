import { billingEventsOf } from "#flows/billing-event.ts";
import { voidMoves } from "#flows/correct-invoice/void-moves.ts";
import type { Engine } from "#flows/engine.ts";
import { present } from "#kernel/assert.ts";
import type { PlanVersion } from "#modules/catalog/domain/index.ts";
import { type Customer, customerNow } from "#modules/customers/domain/index.ts";
import { type Invoice, voided } from "#modules/invoices/domain/index.ts";
import { getInvoiceLocked, updateInvoice } from "#modules/invoices/index.ts";
import type { Transfer } from "#modules/ledger/domain/index.ts";
import { postTransfers } from "#modules/ledger/index.ts";
import { lockCollectingPayment, updatePayment } from "#modules/payments/index.ts";
import type { Subscription } from "#modules/subscriptions/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { appendToOutbox } from "#platform/jobs/outbox.ts";

/** What moves in the books when the invoice of a change that is not made is void. */
export function takenBackTransfers(invoice: Invoice, nowMs: number): Transfer[] {
  const { customerId, currency } = invoice;
  return voidMoves(invoice).map((move) => ({ ...move, customerId, currency, occurredAtMs: nowMs }));
}

/** A subscription that this transaction holds, as it is without the change that it awaited. */
export interface WithoutAwaited {
  readonly before: Subscription;
  readonly after: Subscription;
  readonly customer: Customer;
  readonly plan: PlanVersion;
}

/**
 * Takes back the invoice of a change that is dropped, and the payment that collects it. Money that is on
 * its way all the same becomes the customer's credit. Done twice it is done once.
 */
export async function takeBackAwaited(
  engine: Engine,
  tx: Tx,
  { before, after, customer, plan }: WithoutAwaited,
): Promise<void> {
  const awaited = present(before.awaitedChange, "a change was awaited");
  const key = { customerId: before.customerId, id: awaited.invoiceId };
  const nowMs = customerNow(customer, engine.clock.now());
  const collecting = await lockCollectingPayment(tx, key);
  const owed = await getInvoiceLocked(tx, key);
  if (owed.status === "void" || owed.status === "paid") return;
  const invoice = voided(owed);
  await updateInvoice(tx, invoice);
  await postTransfers(tx, takenBackTransfers(invoice, nowMs));
  if (collecting !== null) {
    const canceled = { status: "canceled", nextAttemptMs: null, settledAtMs: nowMs } as const;
    await updatePayment(tx, { ...collecting, ...canceled }, engine.clock.now());
  }
  const told = ["invoice.voided", "subscription.change_withdrawn"] as const;
  const subject = { subscription: after, customer, plan, invoice };
  await appendToOutbox(tx, billingEventsOf(engine, told, subject, nowMs));
}
