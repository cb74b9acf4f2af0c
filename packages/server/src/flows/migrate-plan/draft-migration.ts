import type { Engine } from "#flows/engine.ts";
import { BillingError, type ErrorCode } from "#kernel/error.ts";
import {
  formatId,
  formatOwnedId,
  type OwnedId,
  ownedKey,
  parseId,
  parseOwnedId,
} from "#kernel/ids.ts";
import { getPlan, getPlanVersion } from "#modules/catalog/index.ts";
import { findCustomers } from "#modules/customers/index.ts";
import type { PlanMigration, TakesEffect } from "#modules/plan-migrations/domain/index.ts";
import { getMigration, insertMigration, type Named } from "#modules/plan-migrations/index.ts";
import type { NowMode } from "#modules/subscriptions/domain/index.ts";
import { findSubscriptions } from "#modules/subscriptions/index.ts";
import type { Tx } from "#platform/db/database.ts";

/** Whom to move, where to, and how. */
export interface WantedMigration {
  readonly planId: bigint;
  /** Every version before `toVersion`, when absent. */
  readonly fromVersion?: number | undefined;
  /** The newest, when absent. */
  readonly toVersion?: number | undefined;
  readonly takesEffect: TakesEffect;
  readonly policy: NowMode | null;
  /** Ids of customers and subscriptions; null: all. */
  readonly only: readonly string[] | null;
  readonly except: readonly string[];
}

/**
 * Makes a migration that has changed nothing, of the subscriptions that are held in another version now.
 * Refuses with `plan_not_found`, `plan_version_not_found`, `plan_migration_invalid`, and with
 * `customer_not_found` or `subscription_not_found` what is named and is not there.
 */
export async function draftMigration(
  engine: Engine,
  tx: Tx,
  wanted: WantedMigration,
): Promise<PlanMigration> {
  const { planId, takesEffect, policy, only, except } = wanted;
  const { latest } = await getPlan(tx, planId);
  const { toVersion = latest.version, fromVersion = null } = wanted;
  for (const version of fromVersion === null ? [toVersion] : [toVersion, fromVersion]) {
    await getPlanVersion(tx, { planId, version });
  }
  refuseInvalid({ takesEffect, policy, fromVersion, toVersion });
  const audience = {
    only: only === null ? null : await namedBy(tx, only),
    except: await namedBy(tx, except),
  };
  const id = engine.newId();
  const draft = { id, planId, fromVersion, toVersion, takesEffect, policy, only, except };
  const dates = { createdAtMs: engine.clock.now(), startedAtMs: null, completedAtMs: null };
  await insertMigration(tx, { ...draft, ...dates, status: "draft", undoneAtMs: null }, audience);
  return getMigration(tx, id);
}

function refuseInvalid({
  takesEffect,
  policy,
  fromVersion,
  toVersion,
}: Pick<PlanMigration, "takesEffect" | "policy" | "fromVersion" | "toVersion">): void {
  if (fromVersion === toVersion) {
    throw new BillingError("plan_migration_invalid", {
      from_version: fromVersion,
      allowed: `a version other than ${toVersion}`,
    });
  }
  if (takesEffect === "period_end" && policy !== null) {
    throw new BillingError("plan_migration_invalid", {
      policy,
      allowed:
        "no policy: at a period's end there is nothing to give back or to charge for its rest",
    });
  }
}

/** The customers and subscriptions that ids name. */
async function namedBy(tx: Tx, ids: readonly string[]): Promise<Named> {
  const customerIds = ids.flatMap((id) => parseId("customer", id) ?? []);
  const subscriptions = ids.flatMap((id) => parseOwnedId("subscription", id) ?? []);
  const customers = await findCustomers(tx, customerIds);
  const found = new Set((await findSubscriptions(tx, subscriptions)).map(ownedKey));
  const known = new Set([
    ...[...customers.keys()].map((id) => formatId("customer", id)),
    ...subscriptions.filter((key) => found.has(ownedKey(key))).map(subscriptionId),
  ]);
  const missing = ids.find((id) => !known.has(id));
  if (missing === undefined) return { customerIds, subscriptions };
  throw new BillingError(notFound(missing), { id: missing });
}

function subscriptionId(key: OwnedId): string {
  return formatOwnedId("subscription", key);
}

function notFound(id: string): ErrorCode {
  return id.startsWith("sub_") ? "subscription_not_found" : "customer_not_found";
}
