import { loadChargedLines } from "#flows/charged-lines.ts";
import { openCheckouts } from "#flows/checkout/make-checkout.ts";
import type { Engine } from "#flows/engine.ts";
import type { EpochMs } from "#kernel/clock.ts";
import { ownedKey } from "#kernel/ids.ts";
import { billedItems, type DraftInvoice } from "#modules/invoices/domain/index.ts";
import type { Subscription } from "#modules/subscriptions/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { commitCloses, type PlannedClose, takeBackDropped } from "./commit-closes.ts";
import { type LoadedFacts, loadCloseFacts } from "./load-close-facts.ts";
import { type CloseFacts, type ClosePlan, planPeriodClose } from "./plan-close.ts";
import { isChangeDue, planDue } from "./plan-due.ts";
import type { StartPlan } from "./plan-start.ts";

/**
 * Does what time asks for with subscriptions that are due and that this transaction holds: bills each
 * period that has ended, starts the next one or ends the subscription, makes the change that waited for
 * this instant, settles late usage, ends trials, and starts what was to start or has it wait for its
 * payer at a payment link. May run for the same subscriptions twice or after a crash: `period_close` lets
 * each period be claimed once, and only what was claimed here is written.
 */
export async function closePeriods(
  engine: Engine,
  tx: Tx,
  due: readonly Subscription[],
): Promise<void> {
  const found = await loadCloseFacts(engine, tx, due.toSorted(byDueThenAge));
  const loaded = await withoutDropped(engine, tx, found);
  const running = await loadChargedLines(tx, loaded.filter(isChangeDue));
  const facts = loaded.map((loadedFacts) => ({
    ...loadedFacts,
    runningLines: running.get(ownedKey(loadedFacts.subscription)) ?? [],
  }));
  const planned = plansOf(facts);
  await commitCloses(engine, tx, planned);
  await openCheckouts(engine, tx, planned.filter(awaitsPayer));
}

/** Whether its start came and found no payer, of whom it knows no more than at a sale without a card. */
function awaitsPayer({ facts, subscription, invoice }: PlannedClose): boolean {
  const wasToCome = facts.subscription.status === "scheduled";
  return wasToCome && subscription.status === "incomplete" && invoice === null;
}

/** Plans one after the other: what waits for its customer's next invoice is on the first that bills it. */
function plansOf(loaded: readonly LoadedFacts[]): PlannedClose[] {
  const taken = new Set<string>();
  return loaded.map((facts) => {
    const pendingItems = facts.pendingItems.filter((item) => !taken.has(ownedKey(item)));
    const plan = planDue({ ...facts, pendingItems });
    const drafts = plan.invoice === null ? [] : [plan.invoice];
    for (const item of billedItems(pendingItems, drafts)) taken.add(ownedKey(item));
    return { facts, ...plan };
  });
}

/**
 * What was due first comes first; of what is due at one instant, the oldest subscription. In this order
 * invoices are numbered, and take of their customer's credit.
 */
function byDueThenAge(one: Subscription, other: Subscription): number {
  const earlier = (one.nextActionMs ?? 0) - (other.nextActionMs ?? 0);
  return earlier === 0 ? Number(one.id > other.id) - Number(one.id < other.id) : earlier;
}

/**
 * A change that falls due drops the one that awaits its payment: first, so that what that one would have
 * given back and charged does not count as running.
 */
async function withoutDropped(
  engine: Engine,
  tx: Tx,
  loaded: readonly LoadedFacts[],
): Promise<LoadedFacts[]> {
  const changing = loaded.filter(isChangeDue);
  const dropping = changing.map((facts) => ({ facts, subscription: withoutAwaited(facts) }));
  await takeBackDropped(engine, tx, dropping);
  return loaded.map((facts) =>
    isChangeDue(facts) ? { ...facts, subscription: withoutAwaited(facts) } : facts,
  );
}

function withoutAwaited({ subscription }: LoadedFacts): Subscription {
  return { ...subscription, awaitedChange: null };
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
  const [facts] = await loadCloseFacts(engine, tx, [subscription]);
  if (facts === undefined) return;
  const planned = { facts, ...plan(facts) };
  const { invoice } = planned;
  const mostMinor = invoice === null ? null : (creditMostMinor?.(invoice) ?? null);
  await commitCloses(engine, tx, [planned], mostMinor);
}
