import type { Static } from "typebox";
import type { PlanDraft, PriceDraft } from "#modules/catalog/domain/index.ts";
import type { SpendLimits } from "#modules/rating/domain/index.ts";
import type { NewPlanVersion } from "./plans-schema.ts";
import { priceModel } from "./price-model-wire.ts";
import { nanos, nanosOrNull } from "./wire-nanos.ts";

type PlanBody = Static<typeof NewPlanVersion>;
type PriceBody = PlanBody["prices"][number];

export function planDraft(body: PlanBody): PlanDraft {
  return {
    name: body.name,
    description: body.description ?? null,
    currency: body.currency,
    interval: { unit: body.interval.unit, count: body.interval.count ?? 1 },
    prices: body.prices.map(priceDraft),
    spend: spendLimits(body),
    ...(body.when_unpaid === undefined ? {} : { whenUnpaid: body.when_unpaid }),
    metadata: body.metadata ?? {},
  };
}

function priceDraft(price: PriceBody): PriceDraft {
  const { name } = price;
  if (price.kind === "flat") {
    return { kind: "flat", name, billed: price.billed, amount: nanos(price.amount) };
  }
  const { metric } = price;
  return { kind: "usage", name, metric, model: priceModel(price.model), spend: spendLimits(price) };
}

function spendLimits(limits: Pick<PlanBody, "minimum_spend" | "maximum_spend">): SpendLimits {
  return { minimum: nanosOrNull(limits.minimum_spend), maximum: nanosOrNull(limits.maximum_spend) };
}
