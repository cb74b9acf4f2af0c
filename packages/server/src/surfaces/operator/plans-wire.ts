import type { Static } from "typebox";
import { present } from "#kernel/assert.ts";
import { type Nanos, parseNanos } from "#kernel/nanos.ts";
import type { PlanDraft, PriceDraft } from "#modules/catalog/domain/index.ts";
import type { PriceModel, Tier } from "#modules/rating/domain/index.ts";
import type { NewPlanVersion } from "./plans-schema.ts";

type PlanBody = Static<typeof NewPlanVersion>;
type PriceBody = PlanBody["prices"][number];
type ModelBody = Extract<PriceBody, { kind: "usage" }>["model"];
type TierBody = Extract<ModelBody, { tiers: unknown }>["tiers"][number];

export function planDraft(body: PlanBody): PlanDraft {
  return {
    name: body.name,
    description: body.description ?? null,
    currency: body.currency,
    interval: { unit: body.interval.unit, count: body.interval.count ?? 1 },
    prices: body.prices.map(priceDraft),
    metadata: body.metadata ?? {},
  };
}

function priceDraft(price: PriceBody): PriceDraft {
  const { name } = price;
  if (price.kind === "flat") {
    return { kind: "flat", name, billed: price.billed, amount: nanos(price.amount) };
  }
  return { kind: "usage", name, metric: price.metric, model: priceModel(price.model) };
}

function priceModel(model: ModelBody): PriceModel {
  const includedQuantity = nanos(model.included_quantity ?? "0");
  return model.type === "per_unit"
    ? { type: model.type, includedQuantity, unitPrice: nanos(model.unit_price) }
    : { type: model.type, includedQuantity, tiers: model.tiers.map(tier) };
}

function tier({ up_to, unit_price, flat_price }: TierBody): Tier {
  return {
    upTo: up_to === null ? null : nanos(up_to),
    unitPrice: nanos(unit_price),
    flatPrice: nanos(flat_price ?? "0"),
  };
}

function nanos(text: string): Nanos {
  return present(parseNanos(text), "the schema lets only plain decimals through");
}
