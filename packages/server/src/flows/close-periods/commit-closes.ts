import { billInvoices } from "#flows/bill-invoices.ts";
import { type BillingEventType, billingEventsOf } from "#flows/billing-event.ts";
import { takeBackAwaited } from "#flows/change-subscription/take-back-awaited.ts";
import type { Engine } from "#flows/engine.ts";
import { takeBackUngranted } from "#flows/take-back-invoice.ts";
import { ownedKey } from "#kernel/ids.ts";
import { billedItems, type Invoice } from "#modules/invoices/domain/index.ts";
import { markItemsBilled } from "#modules/invoices/index.ts";
import { markCountersBilled } from "#modules/metering/index.ts";
import {
  insertChanges,
  insertPeriodCloses,
  updateSubscriptions,
} from "#modules/subscriptions/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { faultPoint } from "#platform/faults/fault-point.ts";
import { appendToOutbox, type OutboxEvent } from "#platform/jobs/outbox.ts";
import type { LoadedFacts } from "./load-close-facts.ts";
import type { ClosePlan } from "./plan-close.ts";
import type { StartPlan } from "./plan-start.ts";

/** What becomes of a subscription, and from which facts that was planned. */
export interface PlannedClose extends ClosePlan, Partial<Pick<StartPlan, "whenPaid">> {
  readonly facts: LoadedFacts;
}

/**
 * Writes plans, all of them with a few statements. Of those that close a period only what was claimed
 * here is written. `creditMostMinor` is as for `billInvoices`. Answers the invoices that were made.
 */
export async function commitCloses(
  engine: Engine,
  tx: Tx,
  planned: readonly PlannedClose[],
  creditMostMinor: bigint | null = null,
): Promise<Invoice[]> {
  faultPoint("close.facts_loaded");
  const closes = planned.flatMap(({ close }) => close ?? []);
  const claims = closes.length === 0 ? [] : await insertPeriodCloses(tx, closes);
  faultPoint("close.periods_claimed");
  const claimed = new Set(claims.map(ownedKey));
  const ours = planned.filter(
    ({ subscription, close }) => close === null || claimed.has(ownedKey(subscription)),
  );
  await updateSubscriptions(
    tx,
    ours.map(({ subscription }) => subscription),
  );
  await takeBackDropped(engine, tx, ours);
  await insertChanges(
    tx,
    ours.flatMap(({ change }) => change?.made ?? []),
  );
  await markCountersBilled(
    tx,
    ours.flatMap(({ billedCounters }) => billedCounters),
  );
  faultPoint("close.usage_billed");
  const customers = new Map(ours.map(({ facts }) => [facts.customer.customerId, facts.customer]));
  const drafts = ours.flatMap(({ invoice }) => (invoice === null ? [] : [invoice]));
  const pending = ours.flatMap(({ facts }) => facts.pendingItems);
  await markItemsBilled(tx, billedItems(pending, drafts));
  const invoices = await billInvoices(engine, tx, drafts, customers, creditMostMinor);
  faultPoint("close.invoiced");
  const invoiceOf = new Map(invoices.map((invoice) => [ownedKey(invoice), invoice]));
  const finished = ours.map((plan) => {
    const invoice = plan.invoice === null ? null : (invoiceOf.get(ownedKey(plan.invoice)) ?? null);
    return { ...plan, ...(isGranted(invoice) ? plan.whenPaid : null), made: invoice };
  });
  const begun = finished.filter(({ whenPaid, made }) => whenPaid && isGranted(made));
  await updateSubscriptions(
    tx,
    begun.map(({ subscription }) => subscription),
  );
  await appendToOutbox(
    tx,
    finished.flatMap((plan) => closeEvents(engine, plan, plan.made)),
  );
  faultPoint("close.written");
  return invoices;
}

/** Whether what an invoice is for begins with it: it is paid, or was sent and is paid later. */
function isGranted(invoice: Invoice | null): boolean {
  return invoice !== null && (invoice.status === "paid" || invoice.collection === "send");
}

/**
 * What ends a period or a subscription drops the change that awaited its payment there; what is over
 * gets no further term.
 */
export async function takeBackDropped(
  engine: Engine,
  tx: Tx,
  planned: readonly Pick<PlannedClose, "facts" | "subscription">[],
): Promise<void> {
  for (const { facts, subscription: after } of planned) {
    const { subscription: before, customer, plan } = facts;
    if (before.awaitedChange !== null && after.awaitedChange === null) {
      await takeBackAwaited(engine, tx, { before, after, customer, plan });
    }
    if (after.status === "canceled") {
      await takeBackUngranted(engine, tx, { customer, plan, subscription: after });
    }
  }
}

function closeEvents(
  engine: Engine,
  { subscription, facts, told, change }: PlannedClose,
  invoice: Invoice | null,
): OutboxEvent[] {
  const types: BillingEventType[] = [];
  if (invoice !== null) types.push("invoice.finalized");
  if (invoice?.status === "paid") types.push("invoice.paid");
  types.push(...told);
  const { customer, nowMs } = facts;
  const plan = change?.plan ?? facts.plan;
  return billingEventsOf(engine, types, { subscription, customer, plan, invoice }, nowMs);
}
