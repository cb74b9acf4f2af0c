import { commitCloses } from "#flows/close-periods/commit-closes.ts";
import { loadCloseFacts } from "#flows/close-periods/load-close-facts.ts";
import type { Engine } from "#flows/engine.ts";
import { loadWaiting } from "#flows/sold-terms.ts";
import { present } from "#kernel/assert.ts";
import { runningPeriod, type Subscription } from "#modules/subscriptions/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { planChange } from "./plan-change.ts";

/**
 * Makes the change that a subscription awaited, now that its invoice is paid. What is billed in arrears
 * and ends with it, and what began since the period that was paid for, goes onto an invoice of its own,
 * which is owed like any other.
 */
export async function grantAwaited(
  engine: Engine,
  tx: Tx,
  subscription: Subscription,
): Promise<void> {
  const { invoiceId, requestedAtMs, ...held } = present(
    subscription.awaitedChange,
    "a change is awaited",
  );
  const free = { ...subscription, awaitedChange: null };
  const [loaded] = await loadCloseFacts(engine, tx, [free]);
  const facts = present(loaded, "what is loaded for one is one");
  const target = await loadWaiting(engine, tx, held);
  // A period that is over and not closed yet has its change at the last: what follows is billed by it.
  const atMs = Math.min(facts.nowMs, runningPeriod(subscription).endMs - 1);
  const paidOn = { invoiceId, requestedAtMs };
  const plan = planChange({ ...facts, target, mode: "now_prorated", atMs, paidOn });
  await commitCloses(engine, tx, [{ facts, ...plan }]);
}
