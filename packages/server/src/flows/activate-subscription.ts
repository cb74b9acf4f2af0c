import { planOpening } from "#flows/close-periods/plan-close.ts";
import type { OwnedId } from "#kernel/ids.ts";
import { customerNow } from "#modules/customers/domain/index.ts";
import { activated } from "#modules/subscriptions/domain/index.ts";
import {
  getSubscriptionLocked,
  insertPeriodCloses,
  updateSubscriptions,
} from "#modules/subscriptions/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { appendToOutbox } from "#platform/jobs/outbox.ts";
import { billInvoices } from "./bill-invoices.ts";
import { billingEventsOf } from "./billing-event.ts";
import type { Engine } from "./engine.ts";
import { loadSubject } from "./load-subject.ts";

/**
 * Lets a subscription begin now that its customer has a card. Where nothing is billed in advance it is
 * active from here on; else its first invoice is made, and paying that starts it. Safe to repeat.
 */
export async function activateSubscription(engine: Engine, tx: Tx, key: OwnedId): Promise<void> {
  const waiting = await getSubscriptionLocked(tx, key);
  if (waiting.status !== "incomplete") return;
  const { customer, plan } = await loadSubject(engine, tx, waiting);
  const nowMs = customerNow(customer, engine.clock.now());
  const invoiceId = engine.newId();
  const opening = planOpening({ subscription: waiting, plan, nowMs, invoiceId });

  if (opening === null) {
    const subscription = activated(waiting, nowMs, nowMs);
    await updateSubscriptions(tx, [subscription]);
    const subject = { subscription, customer, plan };
    await appendToOutbox(tx, billingEventsOf(engine, ["subscription.activated"], subject, nowMs));
    return;
  }
  const claimed = await insertPeriodCloses(tx, [
    {
      customerId: waiting.customerId,
      subscriptionId: waiting.id,
      // There is one opening, whenever it happens: its key is the subscription's own beginning.
      periodStartMs: waiting.createdAtMs,
      kind: "opening",
      invoiceId,
      closedAtMs: nowMs,
    },
  ]);
  if (claimed.length === 0) return;
  const customers = new Map([[customer.customerId, customer]]);
  const [invoice] = await billInvoices(engine, tx, [opening], customers);
  const subject = { subscription: waiting, customer, plan, invoice: invoice ?? null };
  await appendToOutbox(tx, billingEventsOf(engine, ["invoice.finalized"], subject, nowMs));
}
