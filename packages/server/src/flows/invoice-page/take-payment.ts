import type { Engine } from "#flows/engine.ts";
import { keepStrayPayment } from "#flows/money-back/keep-stray-payment.ts";
import type { RailAccess } from "#flows/rail-customer.ts";
import { settlePagePayment } from "#flows/settle-payment/settle-page-payment.ts";
import { present } from "#kernel/assert.ts";
import type { OwnedId } from "#kernel/ids.ts";
import { closePage, lockInvoicePage } from "#modules/checkout/index.ts";
import { customerNow } from "#modules/customers/domain/index.ts";
import { getCustomer } from "#modules/customers/index.ts";
import { amountRemainingMinor, type Invoice } from "#modules/invoices/domain/index.ts";
import { getInvoice, getInvoiceLocked } from "#modules/invoices/index.ts";
import { planCollection, type RailPayment } from "#modules/payments/domain/index.ts";
import { findPaymentByRailRef, insertPayments } from "#modules/payments/index.ts";
import { getSubscriptionLocked } from "#modules/subscriptions/index.ts";
import type { Tx } from "#platform/db/database.ts";

/** The rail on whose pages invoices are paid. */
const PAGE_RAIL = "stripe";

/** What the money of a page came to. */
export interface TakenPayment {
  /** Nothing was owed any more when it came: it goes back. */
  readonly isGivenBack: boolean;
}

/**
 * Takes over what a payer paid on a page of the rail: it pays the invoice, and what is more than is left to
 * pay becomes credit. Where nothing is left at all it is given back. `paid` is the rail's own word, asked
 * for just before; told twice it happens once. Null for what is not paid, and for another server's page.
 */
export async function takePagePayment(
  { engine, db }: Pick<RailAccess, "engine" | "db">,
  projectId: number,
  key: OwnedId,
  paid: RailPayment,
): Promise<TakenPayment | null> {
  if (paid.status !== "succeeded") return null;
  return db.ofCustomer({ projectId, customerId: key.customerId }, (tx) =>
    take(engine, tx, key, paid),
  );
}

async function take(
  engine: Engine,
  tx: Tx,
  key: OwnedId,
  paid: RailPayment,
): Promise<TakenPayment | null> {
  const page = await lockInvoicePage(tx, key);
  if (page === null) return null;
  const known = await findPaymentByRailRef(tx, key.customerId, paid.ref);
  if (known !== null) return { isGivenBack: known.invoiceId === null };
  await closePage(tx, key);
  const invoice = await heldInvoice(tx, { customerId: key.customerId, id: page.invoiceId });
  if (amountRemainingMinor(invoice) === 0n) {
    await keepStrayPayment(engine, tx, invoice, { rail: PAGE_RAIL, paid });
    return { isGivenBack: true };
  }
  await pay(engine, tx, invoice, paid);
  return { isGivenBack: false };
}

/** In the order in which settling a payment holds them. */
async function heldInvoice(tx: Tx, key: OwnedId): Promise<Invoice> {
  const { customerId, subscriptionId: id } = await getInvoice(tx, key);
  if (id !== null) await getSubscriptionLocked(tx, { customerId, id });
  return getInvoiceLocked(tx, key);
}

async function pay(engine: Engine, tx: Tx, invoice: Invoice, paid: RailPayment): Promise<void> {
  const customer = await getCustomer(tx, invoice.customerId);
  const made = planCollection(
    { ...invoice, dueMinor: paid.amountMinor },
    {
      id: engine.newId(),
      rail: PAGE_RAIL,
      isOnTestClock: customer.testClockAtMs !== null,
      nowMs: customerNow(customer, engine.clock.now()),
    },
  );
  const payment = present(made, "a page asks for more than nothing");
  await insertPayments(tx, [{ ...payment, nextAttemptMs: null }]);
  await settlePagePayment(engine, tx, payment, paid);
}
