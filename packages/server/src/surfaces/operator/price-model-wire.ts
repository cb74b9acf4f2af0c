import type { Static } from "typebox";
import type { PriceModel, Tier } from "#modules/rating/domain/index.ts";
import type { NewPriceModel } from "./price-model-schema.ts";
import { nanos, nanosOrNull } from "./wire-nanos.ts";

type ModelBody = Static<typeof NewPriceModel>;
type PercentageBody = Extract<ModelBody, { type: "percentage" }>;
type TierBody = Extract<ModelBody, { type: "graduated" | "volume" }>["tiers"][number];
type RateTierBody = Extract<ModelBody, { type: "graduated_percentage" }>["tiers"][number];

export function priceModel(model: ModelBody): PriceModel {
  const includedQuantity = nanos(model.included_quantity ?? "0");
  switch (model.type) {
    case "per_unit":
      return { type: model.type, includedQuantity, unitPrice: nanos(model.unit_price) };
    case "graduated":
    case "volume":
      return { type: model.type, includedQuantity, tiers: model.tiers.map(tier) };
    case "graduated_percentage":
      return { type: model.type, includedQuantity, tiers: model.tiers.map(rateTier) };
    case "package":
      return {
        type: model.type,
        includedQuantity,
        packageSize: nanos(model.package_size),
        packagePrice: nanos(model.package_price),
      };
    case "percentage":
      return { type: model.type, includedQuantity, ...percentage(model) };
  }
}

function percentage(model: PercentageBody) {
  return {
    rate: nanos(model.rate),
    feePerEvent: nanos(model.fee_per_event ?? "0"),
    includedEvents: nanos(model.included_events ?? "0"),
    feeMinimum: nanosOrNull(model.fee_minimum),
    feeMaximum: nanosOrNull(model.fee_maximum),
  };
}

function tier({ up_to, unit_price, flat_price, package_size }: TierBody): Tier {
  return {
    upTo: nanosOrNull(up_to),
    unitPrice: nanos(unit_price),
    flatPrice: nanos(flat_price ?? "0"),
    ...(package_size === undefined ? {} : { packageSize: nanos(package_size) }),
  };
}

function rateTier({ up_to, rate, flat_price }: RateTierBody): Tier {
  return { upTo: nanosOrNull(up_to), unitPrice: nanos(rate), flatPrice: nanos(flat_price ?? "0") };
}
