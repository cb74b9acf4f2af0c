import { formatNanos, type Nanos, storedNanos } from "#kernel/nanos.ts";
import type { PercentageModel, PriceModel, Tier } from "./model.ts";

/** A price model as it is stored and shown: every figure a decimal string. */
export type PriceModelJson = { included_quantity: string } & (
  | { type: "per_unit"; unit_price: string }
  | { type: "graduated" | "volume"; tiers: TierJson[] }
  | { type: "graduated_percentage"; tiers: RateTierJson[] }
  | { type: "package"; package_size: string; package_price: string }
  | PercentageJson
);

export interface TierJson {
  up_to: string | null;
  unit_price: string;
  flat_price: string;
  package_size?: string;
}

export interface RateTierJson {
  up_to: string | null;
  rate: string;
  flat_price: string;
}

interface PercentageJson {
  type: "percentage";
  rate: string;
  fee_per_event: string;
  included_events: string;
  fee_minimum: string | null;
  fee_maximum: string | null;
}

export function priceModelToJson(model: PriceModel): PriceModelJson {
  const included_quantity = formatNanos(model.includedQuantity);
  switch (model.type) {
    case "per_unit":
      return { type: model.type, included_quantity, unit_price: formatNanos(model.unitPrice) };
    case "graduated":
    case "volume":
      return { type: model.type, included_quantity, tiers: model.tiers.map(tierToJson) };
    case "graduated_percentage":
      return { type: model.type, included_quantity, tiers: model.tiers.map(rateTierToJson) };
    case "package":
      return {
        type: model.type,
        included_quantity,
        package_size: formatNanos(model.packageSize),
        package_price: formatNanos(model.packagePrice),
      };
    case "percentage":
      return { included_quantity, ...percentageToJson(model) };
  }
}

export function priceModelFromJson(json: PriceModelJson): PriceModel {
  const includedQuantity = storedNanos(json.included_quantity);
  switch (json.type) {
    case "per_unit":
      return { type: json.type, includedQuantity, unitPrice: storedNanos(json.unit_price) };
    case "graduated":
    case "volume":
      return { type: json.type, includedQuantity, tiers: json.tiers.map(tierFromJson) };
    case "graduated_percentage":
      return { type: json.type, includedQuantity, tiers: json.tiers.map(rateTierFromJson) };
    case "package":
      return {
        type: json.type,
        includedQuantity,
        packageSize: storedNanos(json.package_size),
        packagePrice: storedNanos(json.package_price),
      };
    case "percentage":
      return { includedQuantity, ...percentageFromJson(json) };
  }
}

export function tierToJson({ upTo, unitPrice, flatPrice, packageSize }: Tier): TierJson {
  return {
    up_to: textOrNull(upTo),
    unit_price: formatNanos(unitPrice),
    flat_price: formatNanos(flatPrice),
    ...(packageSize === undefined ? {} : { package_size: formatNanos(packageSize) }),
  };
}

export function tierFromJson(tier: TierJson): Tier {
  return {
    upTo: nanosOrNull(tier.up_to),
    unitPrice: storedNanos(tier.unit_price),
    flatPrice: storedNanos(tier.flat_price),
    ...(tier.package_size === undefined ? {} : { packageSize: storedNanos(tier.package_size) }),
  };
}

function rateTierToJson({ upTo, unitPrice, flatPrice }: Tier): RateTierJson {
  return {
    up_to: textOrNull(upTo),
    rate: formatNanos(unitPrice),
    flat_price: formatNanos(flatPrice),
  };
}

function rateTierFromJson({ up_to, rate, flat_price }: RateTierJson): Tier {
  return {
    upTo: nanosOrNull(up_to),
    unitPrice: storedNanos(rate),
    flatPrice: storedNanos(flat_price),
  };
}

function percentageToJson(model: PercentageModel): PercentageJson {
  return {
    type: model.type,
    rate: formatNanos(model.rate),
    fee_per_event: formatNanos(model.feePerEvent),
    included_events: formatNanos(model.includedEvents),
    fee_minimum: textOrNull(model.feeMinimum),
    fee_maximum: textOrNull(model.feeMaximum),
  };
}

function percentageFromJson(json: PercentageJson): Omit<PercentageModel, "includedQuantity"> {
  return {
    type: json.type,
    rate: storedNanos(json.rate),
    feePerEvent: storedNanos(json.fee_per_event),
    includedEvents: storedNanos(json.included_events),
    feeMinimum: nanosOrNull(json.fee_minimum),
    feeMaximum: nanosOrNull(json.fee_maximum),
  };
}

function textOrNull(nanos: Nanos | null): string | null {
  return nanos === null ? null : formatNanos(nanos);
}

function nanosOrNull(text: string | null): Nanos | null {
  return text === null ? null : storedNanos(text);
}
