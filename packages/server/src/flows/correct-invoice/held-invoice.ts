import type { Engine } from "#flows/engine.ts";
import { loadMoneySubject, type MoneySubject } from "#flows/load-subject.ts";
import type { EpochMs } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import { formatOwnedId, type OwnedId } from "#kernel/ids.ts";
import { customerNow } from "#modules/customers/domain/index.ts";
import type { Invoice } from "#modules/invoices/domain/index.ts";
import { getInvoice, getInvoiceLocked } from "#modules/invoices/index.ts";
import type { Payment } from "#modules/payments/domain/index.ts";
import { isUnderWay, lockCollectingPayment } from "#modules/payments/index.ts";
import { awaitsInvoice } from "#modules/subscriptions/domain/index.ts";
import { getSubscriptionLocked } from "#modules/subscriptions/index.ts";
import type { Tx } from "#platform/db/database.ts";

/** An invoice that nobody else can change, charge or be paid for until the transaction ends. */
export interface HeldInvoice extends MoneySubject {
  readonly invoice: Invoice;
  /** The payment that collects it; null when none does, or none any more. */
  readonly collecting: Payment | null;
  /** The customer's present. */
  readonly nowMs: EpochMs;
}

/**
 * Holds an invoice with all that hangs on it: its payment, its subscription and itself, in the order in
 * which settling an attempt holds them. Refuses with `invoice_not_found`, and with `payment_under_way`
 * while it is being charged: how that ends decides what may be done.
 */
export async function holdInvoice(engine: Engine, tx: Tx, key: OwnedId): Promise<HeldInvoice> {
  const { customerId, subscriptionId } = await getInvoice(tx, key);
  await lockCollectingPayment(tx, key);
  const subscription =
    subscriptionId === null
      ? null
      : await getSubscriptionLocked(tx, { customerId, id: subscriptionId });
  const invoice = await getInvoiceLocked(tx, key);
  // Asked again: whoever had the invoice before may have put another in its place.
  const collecting = await lockCollectingPayment(tx, key);
  if (collecting !== null && (await isUnderWay(tx, collecting))) {
    throw new BillingError("payment_under_way", { payment: formatOwnedId("payment", collecting) });
  }
  const subject = await loadMoneySubject(engine, tx, customerId, subscription);
  const nowMs = customerNow(subject.customer, engine.clock.now());
  return { ...subject, invoice, collecting, nowMs };
}

/**
 * The invoice that a change awaits is a proposal: nothing is owed for it, so that nothing of it is taken
 * off or given up. Refuses with `change_awaits_payment`.
 */
export function refuseProposal({ subscription, invoice }: HeldInvoice): void {
  if (!awaitsInvoice(subscription, invoice)) return;
  throw new BillingError("change_awaits_payment", {
    invoice: formatOwnedId("invoice", invoice),
    allowed: ["pay the invoice", "void the invoice", "withdraw the change"],
  });
}
