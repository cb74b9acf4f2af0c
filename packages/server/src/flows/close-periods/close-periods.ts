import { billInvoices } from "#flows/bill-invoices.ts";
import { type BillingEventType, billingEventsOf } from "#flows/billing-event.ts";
import type { Engine } from "#flows/engine.ts";
import { present } from "#kernel/assert.ts";
import type { EpochMs } from "#kernel/clock.ts";
import { ownedKey } from "#kernel/ids.ts";
import { hasSharedMetrics, type PlanVersion } from "#modules/catalog/domain/index.ts";
import { planKey } from "#modules/catalog/index.ts";
import { type Customer, customerNow } from "#modules/customers/domain/index.ts";
import { findCustomers } from "#modules/customers/index.ts";
import type { Invoice } from "#modules/invoices/domain/index.ts";
import type { UsageCounter } from "#modules/metering/domain/index.ts";
import { lockUnbilledCounters, markCountersBilled } from "#modules/metering/index.ts";
import type { Subscription } from "#modules/subscriptions/domain/index.ts";
import { insertPeriodCloses, updateSubscriptions } from "#modules/subscriptions/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { faultPoint } from "#platform/faults/fault-point.ts";
import { appendToOutbox, type OutboxEvent } from "#platform/jobs/outbox.ts";
import { withPlanFacts } from "./line-facts.ts";
import { type CloseFacts, type ClosePlan, planFinalClose, planPeriodClose } from "./plan-close.ts";

interface LoadedFacts extends CloseFacts {
  readonly customer: Customer;
}

interface PlannedClose extends ClosePlan {
  readonly facts: LoadedFacts;
}

/**
 * Closes the periods of subscriptions that are due and that this transaction holds: bills each period
 * that has ended, starts the next one or ends the subscription, and settles late usage. May run for
 * the same subscriptions twice or after a crash: `period_close` lets each period be claimed once, and
 * only what was claimed here is written.
 */
export async function closePeriods(
  engine: Engine,
  tx: Tx,
  due: readonly Subscription[],
): Promise<void> {
  const loaded = await loadFacts(engine, tx, due);
  const planned = loaded.map((facts) => ({
    facts,
    ...(facts.subscription.status === "canceled" ? planFinalClose(facts) : planPeriodClose(facts)),
  }));
  await commitCloses(engine, tx, planned);
}

/** Ends a subscription that this transaction holds, inside its running period, and bills what ran. */
export async function closePeriodEarly(
  engine: Engine,
  tx: Tx,
  subscription: Subscription,
  cutAtMs: EpochMs,
): Promise<void> {
  const loaded = await loadFacts(engine, tx, [subscription]);
  const planned = loaded.map((facts) => ({ facts, ...planPeriodClose(facts, cutAtMs) }));
  await commitCloses(engine, tx, planned);
}

async function loadFacts(
  { clock, newId, plans }: Engine,
  tx: Tx,
  subscriptions: readonly Subscription[],
): Promise<LoadedFacts[]> {
  const customers = await findCustomers(tx, [
    ...new Set(subscriptions.map(({ customerId }) => customerId)),
  ]);
  const versions = await plans.planVersions(
    tx,
    subscriptions.map(({ planId, planVersion }) => ({ planId, version: planVersion })),
  );
  const counters = bySubscription(
    await lockUnbilledCounters(
      tx,
      subscriptions.map((subscription) => ({
        customerId: subscription.customerId,
        id: subscription.id,
        hasSharedMetrics: hasSharedMetrics(planOf(versions, subscription)),
      })),
    ),
  );
  const counted = subscriptions.map((subscription) => ({
    subscription,
    plan: planOf(versions, subscription),
    counters: counters.get(ownedKey(subscription)) ?? [],
  }));
  const loaded = await withPlanFacts(tx, counted);
  return loaded.map((facts) => {
    const { customerId } = facts.subscription;
    const customer = present(customers.get(customerId), "a subscriber is a customer");
    return {
      ...facts,
      customer,
      nowMs: customerNow(customer, clock.now()),
      invoiceId: newId(),
    };
  });
}

async function commitCloses(
  engine: Engine,
  tx: Tx,
  planned: readonly PlannedClose[],
): Promise<void> {
  faultPoint("close.facts_loaded");
  const made = await insertPeriodCloses(
    tx,
    planned.map(({ close }) => close),
  );
  faultPoint("close.periods_claimed");
  const claimed = new Set(made.map(ownedKey));
  const ours = planned.filter(({ subscription }) => claimed.has(ownedKey(subscription)));
  await updateSubscriptions(
    tx,
    ours.map(({ subscription }) => subscription),
  );
  await markCountersBilled(
    tx,
    ours.flatMap(({ billedCounters }) => billedCounters),
  );
  faultPoint("close.usage_billed");
  const customers = new Map(ours.map(({ facts }) => [facts.customer.customerId, facts.customer]));
  const drafts = ours.flatMap(({ invoice }) => (invoice === null ? [] : [invoice]));
  const invoices = await billInvoices(engine, tx, drafts, customers);
  faultPoint("close.invoiced");
  const invoiceOf = new Map(invoices.map((invoice) => [ownedKey(invoice), invoice]));
  await appendToOutbox(
    tx,
    ours.flatMap((plan) => {
      const invoice = plan.invoice === null ? undefined : invoiceOf.get(ownedKey(plan.invoice));
      return closeEvents(engine, plan, invoice ?? null);
    }),
  );
  faultPoint("close.written");
}

function closeEvents(
  engine: Engine,
  { subscription, facts }: PlannedClose,
  invoice: Invoice | null,
): OutboxEvent[] {
  const types: BillingEventType[] = [];
  if (invoice !== null) types.push("invoice.finalized");
  if (invoice?.status === "paid") types.push("invoice.paid");
  if (subscription.status !== "canceled") types.push("subscription.renewed");
  else if (facts.subscription.status !== "canceled") types.push("subscription.canceled");
  const { customer, plan, nowMs } = facts;
  return billingEventsOf(engine, types, { subscription, customer, plan, invoice }, nowMs);
}

function planOf(
  versions: ReadonlyMap<string, PlanVersion>,
  { planId, planVersion }: Subscription,
): PlanVersion {
  const version = versions.get(planKey({ planId, version: planVersion }));
  return present(version, "a subscription's plan version is never deleted");
}

function bySubscription(counters: readonly UsageCounter[]): Map<string, UsageCounter[]> {
  const groups = new Map<string, UsageCounter[]>();
  for (const counter of counters) {
    const key = ownedKey({ customerId: counter.customerId, id: counter.subscriptionId });
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [counter]);
    else group.push(counter);
  }
  return groups;
}
