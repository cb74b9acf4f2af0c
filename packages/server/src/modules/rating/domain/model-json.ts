import { present } from "#kernel/assert.ts";
import { formatNanos, storedNanos } from "#kernel/nanos.ts";
import type { PriceModel, Tier } from "./model.ts";

/** A price model as it is stored and shown: every figure a decimal string. */
export interface PriceModelJson {
  type: PriceModel["type"];
  included_quantity: string;
  unit_price?: string;
  tiers?: TierJson[];
}

export interface TierJson {
  up_to: string | null;
  unit_price: string;
  flat_price: string;
}

export function priceModelToJson(model: PriceModel): PriceModelJson {
  const included_quantity = formatNanos(model.includedQuantity);
  return model.type === "per_unit"
    ? { type: model.type, included_quantity, unit_price: formatNanos(model.unitPrice) }
    : { type: model.type, included_quantity, tiers: model.tiers.map(tierToJson) };
}

export function priceModelFromJson(json: PriceModelJson): PriceModel {
  const includedQuantity = storedNanos(json.included_quantity);
  return json.type === "per_unit"
    ? {
        type: json.type,
        includedQuantity,
        unitPrice: storedNanos(present(json.unit_price, "a unit price has a figure")),
      }
    : {
        type: json.type,
        includedQuantity,
        tiers: present(json.tiers, "a tiered price has tiers").map(tierFromJson),
      };
}

export function tierToJson({ upTo, unitPrice, flatPrice }: Tier): TierJson {
  return {
    up_to: upTo === null ? null : formatNanos(upTo),
    unit_price: formatNanos(unitPrice),
    flat_price: formatNanos(flatPrice),
  };
}

export function tierFromJson(tier: TierJson): Tier {
  return {
    upTo: tier.up_to === null ? null : storedNanos(tier.up_to),
    unitPrice: storedNanos(tier.unit_price),
    flatPrice: storedNanos(tier.flat_price),
  };
}
