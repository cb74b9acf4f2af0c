import { voidMoves } from "#flows/correct-invoice/void-moves.ts";
import { toldOfUngranted } from "#flows/settle-payment/plan-settlement.ts";
import type { OwnedId } from "#kernel/ids.ts";
import type { PlanVersion } from "#modules/catalog/domain/index.ts";
import { type Customer, customerNow } from "#modules/customers/domain/index.ts";
import { type Invoice, ungranted } from "#modules/invoices/domain/index.ts";
import { findOpenInvoice, getInvoiceLocked, updateInvoice } from "#modules/invoices/index.ts";
import type { Transfer } from "#modules/ledger/domain/index.ts";
import { postTransfers } from "#modules/ledger/index.ts";
import { lockCollectingPayment, updatePayment } from "#modules/payments/index.ts";
import type { Subscription } from "#modules/subscriptions/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { appendToOutbox } from "#platform/jobs/outbox.ts";
import { findAwaitedTerm } from "./awaited-term.ts";
import { type BillingEventType, billingEventsOf } from "./billing-event.ts";
import type { Engine } from "./engine.ts";
import type { MoneySubject } from "./load-subject.ts";

/** A subscription that ends, with whose it is and what it holds. */
interface Ending {
  readonly subscription: Subscription;
  readonly customer: Customer;
  readonly plan: PlanVersion;
}

/** What moves in the books when the invoice of what is not granted is void. */
export function takenBackTransfers(invoice: Invoice, nowMs: number): Transfer[] {
  const { customerId, currency } = invoice;
  return voidMoves(invoice).map((move) => ({ ...move, customerId, currency, occurredAtMs: nowMs }));
}

/**
 * Takes back the invoice of what was to be granted when it is paid, and the payment that collects it.
 * Money that is on its way all the same becomes the customer's credit. `told` is told after it, of a
 * subscription as it is without. Done twice it is done once.
 */
export async function takeBackInvoice(
  engine: Engine,
  tx: Tx,
  key: OwnedId,
  { told, ...subject }: MoneySubject & { readonly told: readonly BillingEventType[] },
): Promise<void> {
  const nowMs = customerNow(subject.customer, engine.clock.now());
  const collecting = await lockCollectingPayment(tx, key);
  const owed = await getInvoiceLocked(tx, key);
  if (owed.status === "void" || owed.status === "paid") return;
  const invoice = ungranted(owed);
  await updateInvoice(tx, invoice);
  if (invoice.status === "void") await postTransfers(tx, takenBackTransfers(invoice, nowMs));
  if (collecting !== null) {
    const canceled = { status: "canceled", nextAttemptMs: null, settledAtMs: nowMs } as const;
    await updatePayment(tx, { ...collecting, ...canceled }, engine.clock.now());
  }
  const types = [toldOfUngranted(invoice), ...told] as const;
  await appendToOutbox(tx, billingEventsOf(engine, types, { ...subject, invoice }, nowMs));
}

/** Takes back what a subscription that ends was to be granted: its beginning, or a further term. */
export async function takeBackUngranted(engine: Engine, tx: Tx, ending: Ending): Promise<void> {
  const { subscription } = ending;
  const open =
    subscription.beganMs === null
      ? await findOpenInvoice(tx, subscription, "opening")
      : await findAwaitedTerm(tx, ending);
  if (open !== null) await takeBackInvoice(engine, tx, open, { ...ending, told: [] });
}
