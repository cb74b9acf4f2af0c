import { findAwaitedTerm, refuseAwaitedTerm } from "#flows/awaited-term.ts";
import { billingEventsOf } from "#flows/billing-event.ts";
import { holdPresent } from "#flows/catch-up.ts";
import { type ChargedLine, loadChargedLines } from "#flows/charged-lines.ts";
import { commitCloses } from "#flows/close-periods/commit-closes.ts";
import { type LoadedFacts, loadCloseFacts } from "#flows/close-periods/load-close-facts.ts";
import type { Engine } from "#flows/engine.ts";
import { loadSubject } from "#flows/load-subject.ts";
import { isSentInvoices } from "#flows/payment-terms.ts";
import { heldOf, type Sold } from "#flows/sold-terms.ts";
import { present } from "#kernel/assert.ts";
import { BillingError } from "#kernel/error.ts";
import { formatOwnedId, type OwnedId, ownedKey } from "#kernel/ids.ts";
import { customerNow, refuseOtherCurrency } from "#modules/customers/domain/index.ts";
import type { DraftInvoice, Invoice } from "#modules/invoices/domain/index.ts";
import { holdCredit } from "#modules/ledger/index.ts";
import { isUnderWay, lockCollectingPayment } from "#modules/payments/index.ts";
import {
  awaiting,
  type ChangeMode,
  type NowMode,
  refuseUnless,
  type Subscription,
  scheduled,
  unscheduled,
} from "#modules/subscriptions/domain/index.ts";
import { getSubscriptionLocked, updateSubscriptions } from "#modules/subscriptions/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { appendToOutbox } from "#platform/jobs/outbox.ts";
import { linesOf } from "./change-lines.ts";
import { type Decision, decideChange, type Wanted } from "./decide.ts";
import { isSameVersion } from "./direction.ts";
import { gatingInvoice, planChange } from "./plan-change.ts";
import { refuseDecided } from "./refuse-decided.ts";
import { dropAwaited } from "./take-back-awaited.ts";
import { type WantedItems, wantedSold } from "./target.ts";

/** What a subscription is to become, and when and how. */
export interface WantedChange {
  readonly items: WantedItems;
  /** Null leaves it to the plan. */
  readonly when: Wanted;
  /** Null leaves it to the plan. */
  readonly mode: ChangeMode | null;
}

export interface ChangedSubscription {
  readonly subscription: Subscription;
  readonly holding: Sold;
  /** What charges or gives back for it; null when nothing moved yet. */
  readonly invoice: Invoice | null;
}

/**
 * Changes what a subscription holds: now, or later, as is wanted or as its plan says. A change that
 * waited before is replaced. Wanting what is held already leaves it so, and nothing waits any more.
 */
export async function changeSubscription(
  engine: Engine,
  tx: Tx,
  key: OwnedId,
  wanted: WantedChange,
): Promise<ChangedSubscription> {
  const { subscription, nowMs } = await holdPresent(engine, tx, key);
  refuseUnchangeable(subscription);
  const [facts] = await loadCloseFacts(engine, tx, [subscription]);
  const current = present(facts, "what is loaded for one is one");
  refuseAwaitedTerm(await findAwaitedTerm(tx, current));
  const to = await wantedSold(tx, current, wanted.items);
  refuseOtherCurrency(current.customer, to.plan.currency);
  const isTried = subscription.status === "trialing";
  const decision = decideChange({ ...wanted, from: current, to, nowMs, isTried });
  refuseDecided(current, to, decision);
  switch (decision.type) {
    case "none":
      return withdrawn(engine, tx, current);
    case "later":
      return waiting(engine, tx, current, to, decision);
    case "now":
      return changedNow(engine, tx, current, to, decision);
  }
}

/** What cannot be changed now, whatever it is to become. */
export function refuseUnchangeable(subscription: Subscription): void {
  refuseUnless(subscription, "change");
  refuseTermsAhead(subscription);
  refuseAwaiting(subscription);
}

/** Terms that were bought ahead are paid for as they are. */
function refuseTermsAhead({ status, termsAhead }: Subscription): void {
  if (termsAhead === 0) return;
  throw new BillingError("subscription_transition_refused", {
    status,
    terms_ahead: termsAhead,
    allowed: "a change in the last term that is bought",
  });
}

/** One change at a time is paid for. */
function refuseAwaiting({ customerId, awaitedChange }: Subscription): void {
  if (awaitedChange === null) return;
  throw new BillingError("change_awaits_payment", {
    invoice: formatOwnedId("invoice", { customerId, id: awaitedChange.invoiceId }),
    allowed: ["pay the invoice", "withdraw the change"],
  });
}

async function changedNow(
  engine: Engine,
  tx: Tx,
  facts: LoadedFacts,
  target: Sold,
  { mode, isGated }: Extract<Decision, { type: "now" }>,
): Promise<ChangedSubscription> {
  const running = await loadChargedLines(tx, [facts]);
  const runningLines = running.get(ownedKey(facts.subscription)) ?? [];
  refuseUnpaid(facts, target, mode, runningLines);
  const change = { ...facts, target, mode, atMs: facts.nowMs, runningLines };
  // Who is sent invoices pays what is granted already.
  const isCharged = isGated && !(await isSentInvoices(tx, facts.customer));
  const gating = isCharged ? gatingInvoice(change) : null;
  if (gating !== null && (await isToPay(tx, gating))) {
    return awaitingPayment(engine, tx, facts, target, gating);
  }
  const planned = planChange(change);
  const [invoice] = await commitCloses(engine, tx, [{ facts, ...planned }]);
  return { subscription: planned.subscription, holding: target, invoice: invoice ?? null };
}

/** Whether something of an invoice is left to pay once the customer's credit is taken. */
async function isToPay(tx: Tx, { customerId, currency, totalMinor }: DraftInvoice) {
  const credit = await holdCredit(tx, [customerId]);
  const there = credit.find((held) => held.currency === currency)?.creditMinor ?? 0n;
  return totalMinor > there;
}

/** Charges for a change first: it is made when that is paid. What is billed in arrears follows then. */
async function awaitingPayment(
  engine: Engine,
  tx: Tx,
  facts: LoadedFacts,
  target: Sold,
  draft: DraftInvoice,
): Promise<ChangedSubscription> {
  const change = { ...heldOf(target), invoiceId: draft.id, requestedAtMs: facts.nowMs };
  const subscription = awaiting(facts.subscription, change);
  const moved = { close: null, billedCounters: [], told: [] };
  const [invoice] = await commitCloses(engine, tx, [
    { facts, subscription, invoice: draft, ...moved },
  ]);
  return { subscription, holding: facts, invoice: present(invoice, "it was just issued") };
}

/** What would be given back has to be paid first: it could not be given back later. */
export function refuseUnpaid(
  { items, subscription }: LoadedFacts,
  target: Sold,
  mode: NowMode,
  lines: readonly ChargedLine[],
): void {
  if (mode === "now_without") return;
  const gone = items.filter((item) => !target.items.some((other) => isSameVersion(item, other)));
  const unpaid = gone.flatMap((item) => linesOf(item, lines)).find(({ isPaid }) => !isPaid);
  if (unpaid === undefined) return;
  const { customerId } = subscription;
  throw new BillingError("invoice_unpaid", {
    invoice: formatOwnedId("invoice", { customerId, id: unpaid.invoiceId }),
    allowed: ["now_without", "at_period_end"],
  });
}

async function waiting(
  engine: Engine,
  tx: Tx,
  facts: LoadedFacts,
  to: Sold,
  { mode, atMs }: Extract<Decision, { type: "later" }>,
): Promise<ChangedSubscription> {
  const change = { ...heldOf(to), mode, atMs, requestedAtMs: facts.nowMs };
  const subscription = scheduled(facts.subscription, change);
  return kept(engine, tx, facts, subscription, "subscription.change_scheduled");
}

async function withdrawn(engine: Engine, tx: Tx, facts: LoadedFacts): Promise<ChangedSubscription> {
  const { subscription } = facts;
  if (subscription.pendingChange === null) return { subscription, holding: facts, invoice: null };
  const after = scheduled(subscription, null);
  return kept(engine, tx, facts, after, "subscription.change_withdrawn");
}

async function kept(
  engine: Engine,
  tx: Tx,
  { customer, nowMs, ...holding }: Pick<LoadedFacts, "customer" | "nowMs" | "plan" | "items">,
  subscription: Subscription,
  told: "subscription.change_scheduled" | "subscription.change_withdrawn",
): Promise<ChangedSubscription> {
  await updateSubscriptions(tx, [subscription]);
  const subject = { subscription, customer, plan: holding.plan };
  await appendToOutbox(tx, billingEventsOf(engine, [told], subject, nowMs));
  return { subscription, holding, invoice: null };
}

/**
 * Withdraws the change that waits: the one that awaits its payment, else the one that awaits its time.
 * Refuses with `change_not_pending`, and with `payment_under_way` while its invoice is being charged.
 */
export async function withdrawChange(
  engine: Engine,
  tx: Tx,
  key: OwnedId,
): Promise<ChangedSubscription> {
  const found = await getSubscriptionLocked(tx, key);
  const { customer, ...holding } = await loadSubject(engine, tx, found);
  const nowMs = customerNow(customer, engine.clock.now());
  const awaited = found.awaitedChange;
  if (found.pendingChange === null && awaited === null) {
    throw new BillingError("change_not_pending");
  }
  if (awaited !== null) {
    await refuseUnderWay(tx, { customerId: key.customerId, id: awaited.invoiceId });
    const after = await dropAwaited(engine, tx, found, { customer, plan: holding.plan });
    return { subscription: after, holding, invoice: null };
  }
  const after = unscheduled(found);
  const facts = { ...holding, customer, nowMs };
  return kept(engine, tx, facts, after, "subscription.change_withdrawn");
}

async function refuseUnderWay(tx: Tx, invoice: OwnedId): Promise<void> {
  const payment = await lockCollectingPayment(tx, invoice);
  if (payment === null || !(await isUnderWay(tx, payment))) return;
  throw new BillingError("payment_under_way", { payment: formatOwnedId("payment", payment) });
}
