import type { Engine } from "#flows/engine.ts";
import { present } from "#kernel/assert.ts";
import { BillingError } from "#kernel/error.ts";
import { ownedKey } from "#kernel/ids.ts";
import { type PlanVersion, planKey } from "#modules/catalog/domain/index.ts";
import { listBilledUnder } from "#modules/invoices/index.ts";
import type { MigratedSubscription, PlanMigration } from "#modules/plan-migrations/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";
import { commitEach, type HeldRow } from "./commit-each.ts";
import { refusedRow } from "./move-rows.ts";
import { planReturn } from "./plan-return.ts";

/** Returns what was moved, as far as it was not billed, and answers the rows with what became of each. */
export async function returnRows(
  engine: Engine,
  tx: Tx,
  migration: PlanMigration,
  held: readonly HeldRow[],
): Promise<MigratedSubscription[]> {
  const committed = await commitEach(engine, tx, held, async () => {
    const versionOf = await loadVersions(engine, tx, migration, held);
    const movedTo = versionOf(migration.toVersion);
    const billed = await listBilledUnder(
      tx,
      held.map(({ row: { customerId, subscriptionId, effectiveAtMs } }) => {
        const sinceMs = present(effectiveAtMs, "what was moved says since when");
        return { customerId, subscriptionId, sinceMs };
      }),
      movedTo.prices.map(({ priceId }) => priceId),
    );
    return (facts, _running, row) =>
      planReturn({
        facts,
        row,
        left: versionOf(row.fromVersion),
        movedTo,
        billedOn: billed.get(ownedKey(facts.subscription)) ?? null,
      });
  });
  return committed.map(({ row, planned }) =>
    planned instanceof BillingError
      ? refusedRow(row, "kept", planned)
      : { ...row, state: "returned" },
  );
}

/** The versions that they have left, and the one that they were moved to, by number. */
async function loadVersions(
  engine: Engine,
  tx: Tx,
  { planId, toVersion }: PlanMigration,
  held: readonly HeldRow[],
): Promise<(version: number) => PlanVersion> {
  const numbers = new Set([toVersion, ...held.map(({ row }) => row.fromVersion)]);
  const keys = [...numbers].map((version) => ({ planId, version }));
  const versions = await engine.plans.planVersions(tx, keys);
  return (version) =>
    present(versions.get(planKey({ planId, version })), "a plan version is never deleted");
}
