import type { Interval } from "#kernel/interval.ts";
import { nanosToMinorExactly } from "#kernel/money.ts";
import { formatNanos, type Nanos, unitsToNanos } from "#kernel/nanos.ts";
import { type PriceModel, type Tier, tiersFault } from "#modules/rating/domain/index.ts";
import type { PlanDraft, PriceDraft } from "./plan-draft.ts";

/** What is wrong with one part of a draft. `path` is a JSON pointer into a plan's native shape. */
export interface PlanFault {
  readonly path: string;
  readonly message: string;
}

/** What a metric may be called. */
export const METRIC_PATTERN = "^[a-z0-9][a-z0-9_.:-]{0,99}$";
export const NAME_CHARACTERS_MAX = 200;
export const DESCRIPTION_CHARACTERS_MAX = 2000;
export const PRICES_MAX = 100;
export const TIERS_MAX = 100;

// A period is at most ten years long, and its count fits what a version stores.
const INTERVAL_COUNT_MAX: Readonly<Record<Interval["unit"], number>> = {
  day: 1000,
  week: 500,
  month: 120,
  quarter: 40,
  year: 10,
  fixed_days: 1000,
};

const METRIC = new RegExp(METRIC_PATTERN);
const PRICE_LIMIT = unitsToNanos(10n ** 12n);
const QUANTITY_LIMIT = unitsToNanos(10n ** 15n);

/** Everything that keeps a draft from being published; nothing when it can be. */
export function planFaults(draft: PlanDraft): PlanFault[] {
  return [
    ...textFaults(draft.name, NAME_CHARACTERS_MAX, "/name"),
    ...descriptionFaults(draft.description),
    ...intervalFaults(draft.interval),
    ...countFaults(draft.prices.length),
    ...draft.prices.flatMap((price, index) => priceFaults(price, draft, `/prices/${index}`)),
    ...repeatedMetricFaults(draft.prices),
  ];
}

function textFaults(text: string, charactersMax: number, path: string): PlanFault[] {
  const isFit = text.trim() !== "" && text.length <= charactersMax;
  return faultUnless(isFit, path, `1 to ${charactersMax} characters are needed`);
}

function descriptionFaults(description: string | null): PlanFault[] {
  const isFit = description === null || description.length <= DESCRIPTION_CHARACTERS_MAX;
  const message = `at most ${DESCRIPTION_CHARACTERS_MAX} characters are kept`;
  return faultUnless(isFit, "/description", message);
}

function intervalFaults({ unit, count }: Interval): PlanFault[] {
  const countMax = INTERVAL_COUNT_MAX[unit];
  const isFit = Number.isSafeInteger(count) && count >= 1 && count <= countMax;
  const message = `the count of ${unit} is a whole number from 1 to ${countMax}`;
  return faultUnless(isFit, "/interval/count", message);
}

function countFaults(priceCount: number): PlanFault[] {
  const isFit = priceCount >= 1 && priceCount <= PRICES_MAX;
  return faultUnless(isFit, "/prices", `a plan has 1 to ${PRICES_MAX} prices`);
}

function priceFaults(price: PriceDraft, { currency }: PlanDraft, path: string): PlanFault[] {
  const nameFaults = textFaults(price.name, NAME_CHARACTERS_MAX, `${path}/name`);
  if (price.kind === "usage") {
    return [
      ...nameFaults,
      ...faultUnless(
        METRIC.test(price.metric),
        `${path}/metric`,
        "a metric has 1 to 100 of a-z, 0-9, _ . : - and starts with a letter or digit",
      ),
      ...modelFaults(price.model, `${path}/model`),
    ];
  }
  const isChargeable = nanosToMinorExactly(price.amount, currency) !== null;
  return [
    ...nameFaults,
    ...amountFaults(price.amount, `${path}/amount`),
    ...faultUnless(
      isChargeable,
      `${path}/amount`,
      `${formatNanos(price.amount)} is no whole number of the smallest unit of ${currency}`,
    ),
  ];
}

function modelFaults(model: PriceModel, path: string): PlanFault[] {
  const included = quantityFaults(model.includedQuantity, `${path}/included_quantity`);
  if (model.type === "per_unit") {
    return [...included, ...amountFaults(model.unitPrice, `${path}/unit_price`)];
  }
  return [...included, ...tierListFaults(model.tiers, `${path}/tiers`)];
}

function tierListFaults(tiers: readonly Tier[], path: string): PlanFault[] {
  const fault =
    tiers.length > TIERS_MAX ? `at most ${TIERS_MAX} tiers are kept` : tiersFault(tiers);
  if (fault !== null) return [{ path, message: fault }];
  return tiers.flatMap(({ upTo, unitPrice, flatPrice }, index) => [
    ...quantityFaults(upTo ?? 0n, `${path}/${index}/up_to`),
    ...amountFaults(unitPrice, `${path}/${index}/unit_price`),
    ...amountFaults(flatPrice, `${path}/${index}/flat_price`),
  ]);
}

function amountFaults(amount: Nanos, path: string): PlanFault[] {
  const isFit = amount >= 0n && amount < PRICE_LIMIT;
  return faultUnless(isFit, path, "a price is zero or above, and below 10^12");
}

function quantityFaults(quantity: Nanos, path: string): PlanFault[] {
  const isFit = quantity >= 0n && quantity < QUANTITY_LIMIT;
  return faultUnless(isFit, path, "a quantity is zero or above, and below 10^15");
}

function repeatedMetricFaults(prices: readonly PriceDraft[]): PlanFault[] {
  const seen = new Set<string>();
  return prices.flatMap((price, index) => {
    if (price.kind !== "usage") return [];
    const isFirst = !seen.has(price.metric);
    seen.add(price.metric);
    const message = `another price of this plan already prices ${price.metric}`;
    return faultUnless(isFirst, `/prices/${index}/metric`, message);
  });
}

function faultUnless(isFit: boolean, path: string, message: string): PlanFault[] {
  return isFit ? [] : [{ path, message }];
}
