import { planOpening } from "#flows/close-periods/plan-close.ts";
import type { EpochMs } from "#kernel/clock.ts";
import type { OwnedId } from "#kernel/ids.ts";
import { customerNow } from "#modules/customers/domain/index.ts";
import type { DraftInvoice } from "#modules/invoices/domain/index.ts";
import { activated } from "#modules/subscriptions/domain/index.ts";
import {
  getSubscriptionLocked,
  insertPeriodCloses,
  updateSubscriptions,
} from "#modules/subscriptions/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { appendToOutbox } from "#platform/jobs/outbox.ts";
import { billInvoices } from "./bill-invoices.ts";
import { billingEventsOf, type EventSubject } from "./billing-event.ts";
import type { Engine } from "./engine.ts";
import { loadSubject } from "./load-subject.ts";

/**
 * Lets a subscription begin now that its customer has a card. Where nothing is billed in advance, or the
 * customer's credit covers it, it is active from here on; else its first invoice is made, and paying
 * that starts it. `paidMinor` was paid on the rail's page and is to pay the invoice: of the credit, no
 * more is taken than leaves just that. Safe to repeat.
 */
export async function activateSubscription(
  engine: Engine,
  tx: Tx,
  key: OwnedId,
  paidMinor: bigint | null = null,
): Promise<void> {
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
  const [invoice] = await billInvoices(engine, tx, [opening], customers, {
    creditMostMinor: paidMinor === null ? null : creditBeside(opening, paidMinor),
  });
  const begun = { subscription: waiting, customer, plan, invoice: invoice ?? null };
  await tellOfOpening(engine, tx, begun, nowMs);
}

/** The most of a credit that leaves as much to pay as was paid. */
function creditBeside({ totalMinor }: DraftInvoice, paidMinor: bigint): bigint {
  return paidMinor < totalMinor ? totalMinor - paidMinor : 0n;
}

/** An invoice that leaves nothing to pay starts its subscription as it is made. */
async function tellOfOpening(
  engine: Engine,
  tx: Tx,
  begun: EventSubject,
  nowMs: EpochMs,
): Promise<void> {
  if (begun.invoice?.status !== "paid") {
    await appendToOutbox(tx, billingEventsOf(engine, ["invoice.finalized"], begun, nowMs));
    return;
  }
  const subscription = activated(begun.subscription, begun.invoice.period.startMs, nowMs);
  await updateSubscriptions(tx, [subscription]);
  const types = ["invoice.finalized", "invoice.paid", "subscription.activated"] as const;
  await appendToOutbox(tx, billingEventsOf(engine, types, { ...begun, subscription }, nowMs));
}
