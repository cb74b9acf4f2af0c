import type { Currency } from "#kernel/currency.ts";
import type { Interval } from "#kernel/interval.ts";
import { nanosToMinorExactly } from "#kernel/money.ts";
import { formatNanos, type Nanos } from "#kernel/nanos.ts";
import type { SpendLimits } from "#modules/rating/domain/index.ts";
import type { QuantityBand } from "#modules/subscriptions/domain/index.ts";
import { meterFaults, repeatedMeterFaults } from "./check-meters.ts";
import { modelFaults } from "./check-model.ts";
import { amountFaults, faultUnless, type PlanFault } from "./fault.ts";
import { lifecycleFaults, usualLifecycle } from "./lifecycle-policy.ts";
import type { PlanDraft, PriceDraft } from "./plan-draft.ts";

export const NAME_CHARACTERS_MAX = 200;
export const DESCRIPTION_CHARACTERS_MAX = 2000;
export const PRICES_MAX = 100;

// A period is at most ten years long, and its count fits what a version stores.
const INTERVAL_COUNT_MAX: Readonly<Record<Interval["unit"], number>> = {
  day: 1000,
  week: 500,
  month: 120,
  quarter: 40,
  year: 10,
  fixed_days: 1000,
};

/** Everything that keeps a draft from being published; nothing when it can be. */
export function planFaults(draft: PlanDraft): PlanFault[] {
  return [
    ...textFaults(draft.name, NAME_CHARACTERS_MAX, "/name"),
    ...descriptionFaults(draft.description),
    ...intervalFaults(draft.interval),
    ...countFaults(draft.prices.length),
    ...draft.prices.flatMap((price, index) => priceFaults(price, draft, `/prices/${index}`)),
    ...repeatedMeterFaults(draft.prices),
    ...spendFaults(draft.spend, draft.currency, ""),
    ...lifecycleFaults(draft.lifecycle ?? usualLifecycle),
    ...quantityFaults(draft.quantityPolicy ?? null),
    ...addOnFaults(draft),
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

/** The highest quantity of a plan that anybody buys. */
const PLAN_QUANTITY_MAX = 1_000_000_000n;

function quantityFaults(policy: QuantityBand | null): PlanFault[] {
  if (policy === null) return [];
  const { included, step } = policy;
  return [
    ...faultUnless(
      included >= 0n && included <= PLAN_QUANTITY_MAX,
      "/quantity_policy/included",
      `a whole number from 0 to ${PLAN_QUANTITY_MAX}`,
    ),
    ...faultUnless(
      step > 0n && step <= PLAN_QUANTITY_MAX,
      "/quantity_policy/step",
      `a whole number from 1 to ${PLAN_QUANTITY_MAX}`,
    ),
  ];
}

/** A subscription has one limit to what it spends: its plan's. */
function addOnFaults({ kind, spend }: PlanDraft): PlanFault[] {
  const isFit = kind !== "add_on" || (spend.minimum === null && spend.maximum === null);
  const message = "an add-on has no limits of its own: its prices may have them, and its plan";
  return faultUnless(isFit, "/minimum_spend", message);
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
      ...meterFaults(price, path),
      ...modelFaults(price.model, `${path}/model`),
      ...spendFaults(price.spend, currency, path),
    ];
  }
  return [...nameFaults, ...chargeableFaults(price.amount, currency, `${path}/amount`)];
}

/** Whether limits can be charged and leave room between them. */
function spendFaults(
  { minimum, maximum }: SpendLimits,
  currency: Currency,
  path: string,
): PlanFault[] {
  const isOrdered = minimum === null || maximum === null || minimum <= maximum;
  return [
    ...limitFaults(minimum, currency, `${path}/minimum_spend`),
    ...limitFaults(maximum, currency, `${path}/maximum_spend`),
    ...faultUnless(isOrdered, `${path}/maximum_spend`, "the most is not less than the least"),
  ];
}

function limitFaults(limit: Nanos | null, currency: Currency, path: string): PlanFault[] {
  if (limit === null) return [];
  return [
    ...faultUnless(limit !== 0n, path, "a limit is above zero; leave it out where there is none"),
    ...chargeableFaults(limit, currency, path),
  ];
}

function chargeableFaults(amount: Nanos, currency: Currency, path: string): PlanFault[] {
  const isChargeable = nanosToMinorExactly(amount, currency) !== null;
  return [
    ...amountFaults(amount, path),
    ...faultUnless(
      isChargeable,
      path,
      `${formatNanos(amount)} is no whole number of the smallest unit of ${currency}`,
    ),
  ];
}
