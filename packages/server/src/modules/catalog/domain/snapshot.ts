import { present } from "#kernel/assert.ts";
import { isoInstant } from "#kernel/clock.ts";
import type { Currency } from "#kernel/currency.ts";
import { formatId } from "#kernel/ids.ts";
import type { Interval } from "#kernel/interval.ts";
import { formatMinor, nanosToMinorExactly } from "#kernel/money.ts";
import { type PriceModelJson, priceModelToJson } from "#modules/rating/domain/index.ts";
import type { Billed, Plan, PlanStatus, PlanVersion, Price } from "./plan.ts";

/** A plan version as the operator API and the events show it. Amounts are in major units. */
export interface PlanSnapshot {
  id: string;
  version: number;
  name: string;
  description: string | null;
  currency: string;
  interval: Interval;
  prices: PriceSnapshot[];
  metadata: Record<string, unknown>;
  published_at: string;
}

export type PriceSnapshot =
  | { kind: "flat"; id: string; name: string; billed: Billed; amount: string }
  | {
      kind: "usage";
      id: string;
      name: string;
      billed: "arrears";
      metric: string;
      model: PriceModelJson;
    };

/** What names a plan version where its prices do not matter. */
export interface PlanReference {
  id: string;
  version: number;
  name: string;
  currency: string;
}

export function planReference({ planId, version, name, currency }: PlanVersion): PlanReference {
  return { id: formatId("plan", planId), version, name, currency };
}

/** A plan as the operator API lists it: its newest version, and whether it is still sold. */
export interface ListedPlanSnapshot extends PlanSnapshot {
  status: PlanStatus;
  created_at: string;
}

export function planSnapshot(version: PlanVersion): PlanSnapshot {
  return {
    id: formatId("plan", version.planId),
    version: version.version,
    name: version.name,
    description: version.description,
    currency: version.currency,
    interval: version.interval,
    prices: version.prices.map((price) => priceSnapshot(price, version.currency)),
    metadata: { ...version.metadata },
    published_at: isoInstant(version.publishedAtMs),
  };
}

export function listedPlanSnapshot(plan: Plan): ListedPlanSnapshot {
  return {
    ...planSnapshot(plan.latest),
    status: plan.status,
    created_at: isoInstant(plan.createdAtMs),
  };
}

function priceSnapshot(price: Price, currency: Currency): PriceSnapshot {
  const { name, billed } = price;
  const id = formatId("price", price.priceId);
  if (price.kind === "usage") {
    const { metric, model } = price;
    return { kind: "usage", id, name, billed: "arrears", metric, model: priceModelToJson(model) };
  }
  const amountMinor = present(
    nanosToMinorExactly(price.amount, currency),
    "a flat price is published only when it can be charged as it stands",
  );
  return { kind: "flat", id, name, billed, amount: formatMinor(amountMinor, currency) };
}
