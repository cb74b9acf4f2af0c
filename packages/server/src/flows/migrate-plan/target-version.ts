import { fittingSold } from "#flows/change-subscription/target.ts";
import type { Sold } from "#flows/sold-terms.ts";
import { BillingError } from "#kernel/error.ts";
import { formatId } from "#kernel/ids.ts";
import type { PlanVersion } from "#modules/catalog/domain/index.ts";

/** A plan, held in one version and to be held in another. */
export interface VersionStep {
  readonly from: number;
  readonly to: PlanVersion;
}

/**
 * What is held, with one of its plans or add-ons in another version and all else as it is. Refuses with
 * `plan_version_not_held`, and what the other version is not sold with.
 */
export function inVersion(held: Sold, { from, to }: VersionStep): Sold {
  if (!holds(held, to.planId, from)) {
    throw new BillingError("plan_version_not_held", {
      plan: formatId("plan", to.planId),
      version: from,
    });
  }
  return fittingSold(
    held.items.map(({ planId, quantity, version }) => ({
      quantity,
      version: planId === to.planId ? to : version,
    })),
  );
}

function holds({ items }: Sold, planId: bigint, version: number): boolean {
  return items.some((item) => item.planId === planId && item.planVersion === version);
}
