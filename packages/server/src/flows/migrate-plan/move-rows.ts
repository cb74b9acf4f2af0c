import type { Engine } from "#flows/engine.ts";
import { present } from "#kernel/assert.ts";
import { BillingError } from "#kernel/error.ts";
import { ownedKey } from "#kernel/ids.ts";
import { planKey } from "#modules/catalog/domain/index.ts";
import { findOpenInvoices } from "#modules/invoices/index.ts";
import type {
  MigratedSubscription,
  PlanMigration,
  UsageImpact,
} from "#modules/plan-migrations/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { undoneWithin } from "#platform/db/undone.ts";
import { commitEach, type HeldRow } from "./commit-each.ts";
import { type PlannedMove, planMove } from "./plan-move.ts";
import { usageImpacts } from "./usage-impact.ts";

/** Moves subscriptions, and answers their rows with what became of each. */
export async function moveRows(
  engine: Engine,
  tx: Tx,
  migration: PlanMigration,
  held: readonly HeldRow[],
): Promise<MigratedSubscription[]> {
  const { planId, toVersion, takesEffect, policy } = migration;
  const key = { planId, version: toVersion };
  const committed = await commitEach(engine, tx, held, async () => {
    const found = (await engine.plans.planVersions(tx, [key])).get(planKey(key));
    const to = present(found, "a plan version is never deleted");
    const subscriptions = held.map(({ subscription }) => subscription);
    const awaited = await findOpenInvoices(tx, subscriptions, "term");
    return (facts, running, { fromVersion: from }) => {
      const awaitedTerm = awaited.get(ownedKey(facts.subscription)) ?? null;
      return planMove(facts, running, { takesEffect, policy, step: { from, to }, awaitedTerm });
    };
  });
  const moves = committed.flatMap(({ planned }) =>
    planned instanceof BillingError ? [] : [planned],
  );
  const usage = await usageImpacts(tx, moves);
  return committed.map(({ row, planned }) =>
    planned instanceof BillingError
      ? refusedRow(row, "skipped", planned)
      : movedRow(row, planned, usage.get(ownedKey(planned.subscription)) ?? null),
  );
}

function movedRow(
  row: MigratedSubscription,
  { impact, invoice, movedAtMs, effectiveAtMs }: PlannedMove,
  usage: UsageImpact | null,
): MigratedSubscription {
  const invoiceId = invoice?.id ?? null;
  const fresh = { code: null, details: null, invoiceId, movedAtMs, effectiveAtMs };
  return { ...row, state: "moved", ...fresh, impact: { ...impact, usage } };
}

/** Tells what moving them would come to: moves them, takes what it came to, and undoes it. */
export async function assessRows(
  engine: Engine,
  tx: Tx,
  migration: PlanMigration,
  held: readonly HeldRow[],
): Promise<MigratedSubscription[]> {
  const moved = await undoneWithin(tx, () => moveRows(engine, tx, migration, held));
  return moved.map(({ code, details, impact, effectiveAtMs }, at) => ({
    ...present(held[at], "each is answered").row,
    code,
    details,
    impact,
    effectiveAtMs,
    assessedAtMs: engine.clock.now(),
  }));
}

/** Why something is not done, or what it ran into. */
export type RefusalReason = Pick<MigratedSubscription, "code" | "details">;

/** The row of what was refused, with the reason. */
export function refusedRow(
  row: MigratedSubscription,
  state: "skipped" | "failed" | "kept",
  { code, details }: RefusalReason,
): MigratedSubscription {
  // What was worked out for a move that is not made says nothing any more.
  const impact = state === "kept" ? row.impact : null;
  return { ...row, state, code, details, impact };
}
