import { caughtUp } from "#flows/catch-up.ts";
import { type ChargedLine, loadChargedLines } from "#flows/charged-lines.ts";
import { commitCloses, type PlannedClose } from "#flows/close-periods/commit-closes.ts";
import { type LoadedFacts, loadCloseFacts } from "#flows/close-periods/load-close-facts.ts";
import type { Engine } from "#flows/engine.ts";
import { present } from "#kernel/assert.ts";
import { BillingError } from "#kernel/error.ts";
import { ownedKey } from "#kernel/ids.ts";
import { customerNow } from "#modules/customers/domain/index.ts";
import { findCustomers } from "#modules/customers/index.ts";
import type { MigratedSubscription } from "#modules/plan-migrations/domain/index.ts";
import type { Subscription } from "#modules/subscriptions/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";

/** A subscription of a migration; this transaction holds both rows of it. */
export interface HeldRow {
  readonly row: MigratedSubscription;
  readonly subscription: Subscription;
}

/** What was planned and written for one of them, or why it was not. */
export interface Committed<Planned> {
  readonly row: MigratedSubscription;
  readonly planned: Planned | BillingError;
}

/** Plans one of them; what it refuses stops none of the others. */
export type Planner<Planned> = (
  facts: LoadedFacts,
  running: readonly ChargedLine[],
  row: MigratedSubscription,
) => Planned;

/**
 * Plans each for itself, from facts that are loaded for all, and writes together what can be done.
 * `plannerOf` is asked once all is done that time asks for by now, so that it may look at what was billed.
 */
export async function commitEach<Planned extends PlannedClose>(
  engine: Engine,
  tx: Tx,
  held: readonly HeldRow[],
  plannerOf: () => Promise<Planner<Planned>>,
): Promise<Committed<Planned>[]> {
  const loaded = await loadCloseFacts(engine, tx, await presentOf(engine, tx, held));
  const running = await loadChargedLines(tx, loaded);
  const plan = await plannerOf();
  const committed = loaded.map((facts, at): Committed<Planned> => {
    const { row } = present(held[at], "facts come in the order in which they were asked for");
    const lines = running.get(ownedKey(facts.subscription)) ?? [];
    return { row, planned: plannedOrRefused(() => plan(facts, lines, row)) };
  });
  await commitCloses(
    engine,
    tx,
    committed.flatMap(({ planned }) => (planned instanceof BillingError ? [] : [planned])),
  );
  return committed;
}

/** The subscriptions with all done that time asks for by now, in their order. */
async function presentOf(
  engine: Engine,
  tx: Tx,
  held: readonly HeldRow[],
): Promise<Subscription[]> {
  const customerIds = new Set(held.map(({ row }) => row.customerId));
  const customers = await findCustomers(tx, [...customerIds]);
  return caughtUp(
    engine,
    tx,
    held.map(({ subscription }) => {
      const customer = present(
        customers.get(subscription.customerId),
        "a subscriber is a customer",
      );
      return { subscription, nowMs: customerNow(customer, engine.clock.now()) };
    }),
  );
}

function plannedOrRefused<Planned>(plan: () => Planned): Planned | BillingError {
  try {
    return plan();
  } catch (error) {
    if (error instanceof BillingError) return error;
    throw error;
  }
}
