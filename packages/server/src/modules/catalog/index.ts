import { present } from "#kernel/assert.ts";
import type { Clock } from "#kernel/clock.ts";
import { BillingError } from "#kernel/error.ts";
import type { NewId } from "#kernel/ids.ts";
import {
  newPlan,
  nextVersion,
  type Plan,
  type PlanDraft,
  type PlanVersion,
  type PlanVersionKey,
  planKey,
} from "#modules/catalog/domain/index.ts";
import type { Tx } from "#platform/db/database.ts";
import {
  findPlan,
  findPlanVersions,
  insertNextVersion,
  insertPlan,
  updatePlanArchived,
} from "./store.ts";

export {
  listedPlanSnapshot,
  planKey,
  planReference,
  planSnapshot,
} from "#modules/catalog/domain/index.ts";
export { createPlanCache, type PlanCache } from "./plan-cache.ts";
export { findPlan, findPlanVersions, listPlans, listPricesOfAddOns } from "./store.ts";

/** Catalogs are dated by the server's time: they belong to no customer. */
export interface Publishing {
  readonly clock: Clock;
  readonly newId: NewId;
}

/** Publishes a new plan in its first version; refuses like `newPlan`. */
export async function createPlan(
  tx: Tx,
  { clock, newId }: Publishing,
  draft: PlanDraft,
): Promise<Plan> {
  const plan = newPlan(draft, newId, clock.now());
  await insertPlan(tx, plan);
  return plan;
}

/**
 * Publishes the next version of a plan. Refuses like `nextVersion`, and with
 * `plan_version_superseded` when another publisher came first.
 */
export async function publishVersion(
  tx: Tx,
  { clock, newId }: Publishing,
  planId: bigint,
  draft: PlanDraft,
): Promise<Plan> {
  const plan = nextVersion(await getPlan(tx, planId), draft, newId, clock.now());
  const isNext = await insertNextVersion(tx, plan.latest);
  if (!isNext) throw new BillingError("plan_version_superseded");
  return plan;
}

/** Takes a plan off sale. Who has it keeps it. Said twice it is the same. */
export async function archivePlan(tx: Tx, planId: bigint): Promise<Plan> {
  const isKnown = await updatePlanArchived(tx, planId);
  if (!isKnown) throw new BillingError("plan_not_found");
  return present(await findPlan(tx, planId), "a plan is never deleted");
}

/** Refuses with `plan_not_found`. */
export async function getPlan(tx: Tx, planId: bigint): Promise<Plan> {
  const plan = await findPlan(tx, planId);
  if (plan === null) throw new BillingError("plan_not_found");
  return plan;
}

/** Refuses with `plan_not_found` or `plan_version_not_found`. */
export async function getPlanVersion(tx: Tx, key: PlanVersionKey): Promise<PlanVersion> {
  const version = (await findPlanVersions(tx, [key])).get(planKey(key));
  if (version !== undefined) return version;
  await getPlan(tx, key.planId);
  throw new BillingError("plan_version_not_found", { version: key.version });
}
