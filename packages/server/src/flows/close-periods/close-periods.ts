import { type BillingLimits, billInvoices } from "#flows/bill-invoices.ts";
import { type BillingEventType, billingEventsOf } from "#flows/billing-event.ts";
import type { Engine } from "#flows/engine.ts";
import { present } from "#kernel/assert.ts";
import type { EpochMs } from "#kernel/clock.ts";
import { ownedKey } from "#kernel/ids.ts";
import { hasSharedMetrics, type PlanVersion } from "#modules/catalog/domain/index.ts";
import { planKey } from "#modules/catalog/index.ts";
import { type Customer, customerNow } from "#modules/customers/domain/index.ts";
import { findCustomers } from "#modules/customers/index.ts";
import type { DraftInvoice, Invoice } from "#modules/invoices/domain/index.ts";
import type { UsageCounter } from "#modules/metering/domain/index.ts";
import { lockUnbilledCounters, markCountersBilled } from "#modules/metering/index.ts";
import { listOwing, listPayers } from "#modules/payments/index.ts";
import type { Subscription } from "#modules/subscriptions/domain/index.ts";
import { insertPeriodCloses, updateSubscriptions } from "#modules/subscriptions/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { faultPoint } from "#platform/faults/fault-point.ts";
import { appendToOutbox, type OutboxEvent } from "#platform/jobs/outbox.ts";
import { withPlanFacts } from "./line-facts.ts";
import { type CloseFacts, type ClosePlan, planPeriodClose } from "./plan-close.ts";
import { planDue } from "./plan-due.ts";
import type { StartPlan } from "./plan-start.ts";

interface LoadedFacts extends CloseFacts {
  readonly customer: Customer;
}

interface PlannedClose extends ClosePlan, Partial<Pick<StartPlan, "whenPaid">> {
  readonly facts: LoadedFacts;
}

/**
 * Does what time asks for with subscriptions that are due and that this transaction holds: bills each
 * period that has ended, starts the next one or ends the subscription, settles late usage, starts what
 * was to start, and ends trials. May run for
 * the same subscriptions twice or after a crash: `period_close` lets each period be claimed once, and
 * only what was claimed here is written.
 */
export async function closePeriods(
  engine: Engine,
  tx: Tx,
  due: readonly Subscription[],
): Promise<void> {
  const loaded = await loadFacts(engine, tx, due);
  await commitCloses(
    engine,
    tx,
    loaded.map((facts) => ({ facts, ...planDue(facts) })),
  );
}

/** Ends a subscription that this transaction holds, inside its running period, and bills what ran. */
export async function closePeriodEarly(
  engine: Engine,
  tx: Tx,
  subscription: Subscription,
  cutAtMs: EpochMs,
): Promise<void> {
  await closeAsPlanned(engine, tx, subscription, {
    plan: (facts) => planPeriodClose(facts, cutAtMs),
  });
}

/** What is done with one subscription: its plan, and what its invoice may take of a credit. */
export interface SingleClose {
  readonly plan: (facts: CloseFacts) => ClosePlan | StartPlan;
  /** All that there is, when absent or null. */
  readonly creditMostMinor?: (invoice: DraftInvoice) => bigint | null;
}

/** Does with a subscription that this transaction holds what is planned for it alone. */
export async function closeAsPlanned(
  engine: Engine,
  tx: Tx,
  subscription: Subscription,
  { plan, creditMostMinor }: SingleClose,
): Promise<void> {
  const [facts] = await loadFacts(engine, tx, [subscription]);
  if (facts === undefined) return;
  const planned = { facts, ...plan(facts) };
  const { invoice } = planned;
  const mostMinor = invoice === null ? null : (creditMostMinor?.(invoice) ?? null);
  await commitCloses(engine, tx, [planned], { creditMostMinor: mostMinor });
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
  const payers = await payersAmong(tx, subscriptions);
  const owing = await owingAmong(tx, subscriptions);
  return loaded.map((facts) => {
    const { customerId } = facts.subscription;
    const customer = present(customers.get(customerId), "a subscriber is a customer");
    return {
      ...facts,
      customer,
      nowMs: customerNow(customer, clock.now()),
      invoiceId: newId(),
      hasCard: payers.has(customerId),
      isOwing: owing.has(ownedKey(facts.subscription)),
    };
  });
}

/** Those that owe, by `ownedKey`, asked for where something rests: it may go on. */
async function owingAmong(tx: Tx, subscriptions: readonly Subscription[]): Promise<Set<string>> {
  const resting = subscriptions.filter(({ status }) => status === "paused");
  const owing = resting.length === 0 ? [] : await listOwing(tx, resting);
  return new Set(owing.map(ownedKey));
}

const BEFORE_FIRST_CHARGE: ReadonlySet<Subscription["status"]> = new Set([
  "incomplete",
  "scheduled",
  "trialing",
]);

/** Customers with a card, asked for where something begins to be charged: nothing else depends on it. */
async function payersAmong(tx: Tx, subscriptions: readonly Subscription[]): Promise<Set<bigint>> {
  const asked = subscriptions
    .filter(({ status }) => BEFORE_FIRST_CHARGE.has(status))
    .map(({ customerId }) => customerId);
  return new Set(asked.length === 0 ? [] : await listPayers(tx, [...new Set(asked)]));
}

async function commitCloses(
  engine: Engine,
  tx: Tx,
  planned: readonly PlannedClose[],
  limits?: BillingLimits,
): Promise<void> {
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
  await markCountersBilled(
    tx,
    ours.flatMap(({ billedCounters }) => billedCounters),
  );
  faultPoint("close.usage_billed");
  const customers = new Map(ours.map(({ facts }) => [facts.customer.customerId, facts.customer]));
  const drafts = ours.flatMap(({ invoice }) => (invoice === null ? [] : [invoice]));
  const invoices = await billInvoices(engine, tx, drafts, customers, limits);
  faultPoint("close.invoiced");
  const invoiceOf = new Map(invoices.map((invoice) => [ownedKey(invoice), invoice]));
  const finished = ours.map((plan) => {
    const invoice = plan.invoice === null ? null : (invoiceOf.get(ownedKey(plan.invoice)) ?? null);
    return { ...plan, ...(invoice?.status === "paid" ? plan.whenPaid : null), made: invoice };
  });
  const begun = finished.filter(({ whenPaid, made }) => whenPaid && made?.status === "paid");
  await updateSubscriptions(
    tx,
    begun.map(({ subscription }) => subscription),
  );
  await appendToOutbox(
    tx,
    finished.flatMap((plan) => closeEvents(engine, plan, plan.made)),
  );
  faultPoint("close.written");
}

function closeEvents(
  engine: Engine,
  { subscription, facts, told }: PlannedClose,
  invoice: Invoice | null,
): OutboxEvent[] {
  const types: BillingEventType[] = [];
  if (invoice !== null) types.push("invoice.finalized");
  if (invoice?.status === "paid") types.push("invoice.paid");
  types.push(...told);
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
