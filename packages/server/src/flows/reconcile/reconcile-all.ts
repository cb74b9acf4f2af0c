import type { RailAccess } from "#flows/rail-customer.ts";
import { BillingError } from "#kernel/error.ts";
import { listProjectIds } from "#modules/projects/index.ts";
import type { ReconciliationResult } from "#modules/reconciliation/domain/index.ts";
import { reconcile } from "./reconcile.ts";

export interface NightlyReconciling extends RailAccess {
  readonly onReconciled: (projectId: number, made: ReconciliationResult) => void;
  /** Told of a side whose provider cannot be asked. */
  readonly onUnavailable: (projectId: number, cause: BillingError) => void;
}

/** Compares every side of every project with its provider; one that cannot be asked holds up no other. */
export async function reconcileAll(reconciling: NightlyReconciling): Promise<void> {
  for (const projectId of await reconciling.db.acrossProjects(listProjectIds)) {
    try {
      reconciling.onReconciled(projectId, await reconcile(reconciling, projectId));
    } catch (error) {
      if (!(error instanceof BillingError)) throw error;
      reconciling.onUnavailable(projectId, error);
    }
  }
}
