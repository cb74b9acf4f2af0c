import { present } from "#kernel/assert.ts";
import { type Nanos, parseNanos } from "#kernel/nanos.ts";
import type { Billed, PlanDraft, PriceDraft } from "#modules/catalog/domain/index.ts";
import { type PriceModel, type Tier, UNLIMITED } from "#modules/rating/domain/index.ts";

/** The shipping platform's plan: 2,999.00 JMD a month in arrears, packages at 50.00, returns at 100.00. */
export function planDraft(changes: Partial<PlanDraft> = {}): PlanDraft {
  return {
    name: "Business Plan",
    description: null,
    currency: "JMD",
    interval: { unit: "month", count: 1 },
    prices: [flatPrice("2999.00"), unitPrice("packages", "50.00"), unitPrice("returns", "100.00")],
    spend: UNLIMITED,
    metadata: {},
    ...changes,
  };
}

export function flatPrice(amount: string, billed: Billed = "arrears"): PriceDraft {
  return { kind: "flat", name: "Base fee", billed, amount: nanos(amount) };
}

export function unitPrice(metric: string, price: string, included = "0"): PriceDraft {
  const model = {
    type: "per_unit",
    includedQuantity: nanos(included),
    unitPrice: nanos(price),
  } as const;
  return usagePrice(metric, model);
}

export function tieredPrice(
  metric: string,
  type: "graduated" | "volume",
  tiers: readonly Tier[],
  included = "0",
): PriceDraft {
  const model = { type, includedQuantity: nanos(included), tiers };
  return usagePrice(metric, model);
}

/** A usage price of any model. */
export function usagePrice(metric: string, model: PriceModel, spend = UNLIMITED): PriceDraft {
  return { kind: "usage", name: `Per ${metric}`, metric, model, spend };
}

/** A tier that ends with the quantity `upTo`, or never. */
export function tier(upTo: string | null, price: string, flat = "0"): Tier {
  return {
    upTo: upTo === null ? null : nanos(upTo),
    unitPrice: nanos(price),
    flatPrice: nanos(flat),
  };
}

function nanos(text: string): Nanos {
  return present(parseNanos(text), `${text} is a decimal`);
}
