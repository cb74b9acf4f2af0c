import { BillingError } from "#kernel/error.ts";
import { formatId } from "#kernel/ids.ts";
import {
  DIFFERENCES_KEPT_MAX,
  type ReconciliationResult,
} from "#modules/reconciliation/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";
import {
  findReconciliation,
  insertDifferences,
  insertReconciliation,
  listDifferences,
} from "./store.ts";

export {
  differenceSnapshot,
  reconciliationSnapshot,
} from "#modules/reconciliation/domain/index.ts";
export { reconciliationDiffered, reconciliationEvents } from "./events.ts";
export { listReconciliations } from "./store.ts";

/** Keeps a comparison with the first thousand of its differences. */
export async function keepReconciliation(tx: Tx, made: ReconciliationResult): Promise<void> {
  await insertReconciliation(tx, made);
  await insertDifferences(tx, made.id, made.differences.slice(0, DIFFERENCES_KEPT_MAX));
}

/** The comparison with its differences, or the refusal that there is none. */
export async function getReconciliation(tx: Tx, id: bigint): Promise<ReconciliationResult> {
  const found = await findReconciliation(tx, id);
  if (found !== null) return { ...found, differences: await listDifferences(tx, id) };
  throw new BillingError("reconciliation_not_found", {
    reconciliation: formatId("reconciliation", id),
  });
}
