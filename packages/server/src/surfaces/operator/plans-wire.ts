import type { Static } from "typebox";
import {
  type ChangePolicy,
  type LifecyclePolicy,
  type PlanDraft,
  type PriceDraft,
  usualLifecycle,
} from "#modules/catalog/domain/index.ts";
import type { SpendLimits } from "#modules/rating/domain/index.ts";
import type { NewPlanVersion } from "./plans-schema.ts";
import { priceModel } from "./price-model-wire.ts";
import { nanos, nanosOrNull } from "./wire-nanos.ts";

type PlanBody = Static<typeof NewPlanVersion>;
type PriceBody = PlanBody["prices"][number];
type UsagePriceBody = Extract<PriceBody, { kind: "usage" }>;

export function planDraft(body: PlanBody): PlanDraft {
  return {
    name: body.name,
    description: body.description ?? null,
    currency: body.currency,
    interval: { unit: body.interval.unit, count: body.interval.count ?? 1 },
    prices: body.prices.map(priceDraft),
    spend: spendLimits(body),
    ...(body.when_unpaid === undefined ? {} : { whenUnpaid: body.when_unpaid }),
    lifecycle: lifecycle(body),
    ...(body.kind === undefined ? {} : { kind: body.kind }),
    ...(body.change_policy === undefined ? {} : { changePolicy: changePolicy(body.change_policy) }),
    quantityPolicy: quantityPolicy(body.quantity_policy ?? null),
    metadata: body.metadata ?? {},
  };
}

function lifecycle({
  renewal,
  trial,
  anchor_after_pause,
  unused_time: unused,
}: PlanBody): LifecyclePolicy {
  const usual = usualLifecycle;
  return {
    renewal: renewal ?? usual.renewal,
    anchorAfterPause: anchor_after_pause ?? usual.anchorAfterPause,
    unusedTime: {
      onCancel: unused?.on_cancel ?? usual.unusedTime.onCancel,
      onPause: unused?.on_pause ?? usual.unusedTime.onPause,
    },
    trial: {
      days: trial?.days ?? usual.trial.days,
      requiresCard: trial?.requires_card ?? usual.trial.requiresCard,
      withoutCard: trial?.without_card ?? usual.trial.withoutCard,
    },
  };
}

function changePolicy({
  payment_gated,
  ...modes
}: NonNullable<PlanBody["change_policy"]>): Partial<ChangePolicy> {
  const { upgrade, downgrade, proration } = modes;
  return {
    ...(upgrade === undefined ? {} : { upgrade }),
    ...(downgrade === undefined ? {} : { downgrade }),
    ...(proration === undefined ? {} : { proration }),
    ...(payment_gated === undefined ? {} : { isPaymentGated: payment_gated }),
  };
}

function quantityPolicy(policy: NonNullable<PlanBody["quantity_policy"]> | null) {
  if (policy === null) return null;
  return { included: BigInt(policy.included), step: BigInt(policy.step) };
}

function priceDraft(price: PriceBody): PriceDraft {
  const { name } = price;
  if (price.kind === "flat") {
    return { kind: "flat", name, billed: price.billed, amount: nanos(price.amount) };
  }
  const { metric } = price;
  const model = priceModel(price.model);
  return { kind: "usage", name, metric, meter: meter(price), model, spend: spendLimits(price) };
}

/** What the body says of the meter; the rest of it follows from the metric. */
function meter({ meter: name, aggregation, property, filters }: UsagePriceBody) {
  return {
    ...(name === undefined ? {} : { name }),
    ...(aggregation === undefined ? {} : { aggregation }),
    ...(property == null ? {} : { property }),
    ...(filters === undefined ? {} : { filters }),
  };
}

function spendLimits(limits: Pick<PlanBody, "minimum_spend" | "maximum_spend">): SpendLimits {
  return { minimum: nanosOrNull(limits.minimum_spend), maximum: nanosOrNull(limits.maximum_spend) };
}
