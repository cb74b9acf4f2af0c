import type { EpochMs } from "#kernel/clock.ts";
import { isCurrency } from "#kernel/currency.ts";
import { BillingError } from "#kernel/error.ts";
import type { NewId } from "#kernel/ids.ts";
import { usualChangePolicy } from "./change-policy.ts";
import { planFaults } from "./check-plan.ts";
import { usualLifecycle } from "./lifecycle-policy.ts";
import type { Plan, PlanVersion, PlanVersionKey, Price } from "./plan.ts";
import { meterOf, type PlanDraft, type PriceDraft } from "./plan-draft.ts";

/**
 * A plan in its first version. Refuses with `currency_unknown`, or with `plan_invalid`, which lists
 * every fault as `errors: [{ path, message }]`.
 */
export function newPlan(draft: PlanDraft, newId: NewId, nowMs: EpochMs): Plan {
  const planId = newId();
  return {
    status: "active",
    createdAtMs: nowMs,
    latest: published(draft, { planId, version: 1 }, newId, nowMs),
  };
}

/**
 * The plan with the draft as its next version; the versions before it stay as they are. Refuses like
 * `newPlan`, and with `plan_archived`.
 */
export function nextVersion(plan: Plan, draft: PlanDraft, newId: NewId, nowMs: EpochMs): Plan {
  if (plan.status === "archived") throw new BillingError("plan_archived");
  const { planId, version } = plan.latest;
  return { ...plan, latest: published(draft, { planId, version: version + 1 }, newId, nowMs) };
}

function published(
  draft: PlanDraft,
  key: PlanVersionKey,
  newId: NewId,
  nowMs: EpochMs,
): PlanVersion {
  const { currency, prices, kind = "plan", whenUnpaid = "cancel", ...rest } = draft;
  const { lifecycle = usualLifecycle, ...terms } = rest;
  if (!isCurrency(currency)) throw new BillingError("currency_unknown", { currency });
  const errors = planFaults(draft);
  if (errors.length > 0) throw new BillingError("plan_invalid", { errors });
  return {
    ...key,
    ...terms,
    currency,
    kind,
    whenUnpaid,
    lifecycle,
    changePolicy: { ...usualChangePolicy, ...draft.changePolicy },
    quantityPolicy: draft.quantityPolicy ?? null,
    prices: prices.map((price) => publishedPrice(price, newId())),
    publishedAtMs: nowMs,
  };
}

function publishedPrice(price: PriceDraft, priceId: bigint): Price {
  if (price.kind === "flat") return { ...price, priceId };
  return { ...price, priceId, billed: "arrears", meter: meterOf(price) };
}
