import { closeAsPlanned } from "#flows/close-periods/close-periods.ts";
import { planStart, type StartPlan } from "#flows/close-periods/plan-start.ts";
import type { OwnedId } from "#kernel/ids.ts";
import type { DraftInvoice } from "#modules/invoices/domain/index.ts";
import { getSubscriptionLocked } from "#modules/subscriptions/index.ts";
import type { Tx } from "#platform/db/database.ts";
import type { Engine } from "./engine.ts";

/**
 * Lets a subscription begin now, as soon as what it waits for is there: a card, unless it begins with a
 * trial that asks for none. With a trial, and where nothing is billed in advance or the customer's
 * credit covers it, it runs from here on; else its first invoice is made, and paying that starts it.
 * `paidMinor` was paid on the rail's page and is to pay the invoice: of the credit, no more is taken
 * than leaves just that. Safe to repeat.
 */
export async function activateSubscription(
  engine: Engine,
  tx: Tx,
  key: OwnedId,
  paidMinor: bigint | null = null,
): Promise<void> {
  const waiting = await getSubscriptionLocked(tx, key);
  if (waiting.status !== "incomplete") return;
  await closeAsPlanned(engine, tx, waiting, {
    plan: (facts) => {
      const start = planStart(facts, facts.nowMs);
      return paidMinor === null ? start : paidByCard(start);
    },
    creditMostMinor: (opening) => (paidMinor === null ? null : creditBeside(opening, paidMinor)),
  });
}

/** What was paid on the page pays the first invoice, also of a customer who is sent the others. */
function paidByCard({ invoice, ...start }: StartPlan): StartPlan {
  const terms = { collection: "charge", netDays: 0 } as const;
  return { ...start, invoice: invoice === null ? null : { ...invoice, terms } };
}

/** The most of a credit that leaves as much to pay as was paid. */
function creditBeside({ totalMinor }: DraftInvoice, paidMinor: bigint): bigint {
  return paidMinor < totalMinor ? totalMinor - paidMinor : 0n;
}
