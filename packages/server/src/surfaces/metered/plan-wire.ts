import { type Static, Type } from "typebox";
import { assert } from "#kernel/assert.ts";
import { isoInstant } from "#kernel/clock.ts";
import { formatId } from "#kernel/ids.ts";
import type { Interval } from "#kernel/interval.ts";
import type { Nanos } from "#kernel/nanos.ts";
import {
  flatPrices,
  type Plan,
  type PlanDraft,
  type PlanVersion,
  type PriceDraft,
  usagePrices,
} from "#modules/catalog/domain/index.ts";
import { UNLIMITED } from "#modules/rating/domain/index.ts";
import { Closed, IdString, Instant, Literals, Nullable } from "#platform/http/wire.ts";
import { nanosFromNumber, numberFromNanos } from "./json-numbers.ts";

const UsageMetric = Closed({
  metric: Type.String({ minLength: 1, maxLength: 100, examples: ["packages"] }),
  rate: Type.Number({ minimum: 0, description: "Price of one, in the plan's currency" }),
});

const PlanFields = {
  title: Type.String({ minLength: 1, maxLength: 200, examples: ["Business Plan"] }),
  description: Type.Optional(Nullable(Type.String({ maxLength: 2000 }))),
  price: Type.Number({ minimum: 0, description: "Base fee of one interval", examples: [2999] }),
  interval: Literals(["day", "week", "month", "quarter", "year"] as const),
  currency_code: Type.String({ minLength: 3, maxLength: 3, examples: ["JMD"] }),
  data: Type.Optional(
    Closed({ usage_metrics: Type.Optional(Type.Array(UsageMetric, { maxItems: 100 })) }),
  ),
};

export const NewPlanBody = Closed(PlanFields);

export const PlanChangesBody = Closed({
  title: Type.Optional(PlanFields.title),
  description: PlanFields.description,
  price: Type.Optional(PlanFields.price),
  interval: Type.Optional(PlanFields.interval),
  currency_code: Type.Optional(PlanFields.currency_code),
  data: PlanFields.data,
});

export const PlanWire = Closed({
  uid: IdString("plan"),
  title: Type.String(),
  description: Nullable(Type.String()),
  price: Type.Number(),
  interval: Type.String(),
  currency_code: Type.String(),
  data: Closed({ usage_metrics: Type.Array(UsageMetric) }),
  status: Literals(["active", "archived"] as const),
  created_at: Instant,
});

type NewPlan = Static<typeof NewPlanBody>;
type PlanChanges = Static<typeof PlanChangesBody>;

/** These plans are billed in arrears: a base fee, and usage metrics at a rate each. */
export function planFromWire(body: NewPlan): PlanDraft {
  return {
    name: body.title,
    description: body.description ?? null,
    currency: body.currency_code,
    interval: { unit: body.interval, count: 1 },
    spend: UNLIMITED,
    metadata: {},
    prices: [baseFeeFromWire(body), ...usageFromWire(body.data?.usage_metrics ?? [])],
  };
}

/**
 * What a plan is sold as now, with what the caller wants changed. What this surface has no words for
 * (tiers, fees in advance, what is included) stays as it is unless what it belongs to is replaced.
 */
export function changedPlanFromWire({ latest }: Plan, changes: PlanChanges): PlanDraft {
  const { title = latest.name, price, interval, data } = changes;
  const fees = latest.prices
    .filter(({ kind }) => kind === "flat")
    .map((fee) => (fee.name === latest.name ? { ...fee, name: title } : fee));
  return {
    name: title,
    description: changes.description === undefined ? latest.description : changes.description,
    currency: changes.currency_code ?? latest.currency,
    interval: interval === undefined ? latest.interval : { unit: interval, count: 1 },
    spend: latest.spend,
    whenUnpaid: latest.whenUnpaid,
    kind: latest.kind,
    lifecycle: latest.lifecycle,
    changePolicy: latest.changePolicy,
    quantityPolicy: latest.quantityPolicy,
    metadata: latest.metadata,
    prices: [
      ...(price === undefined ? fees : [baseFeeFromWire({ title, price })]),
      ...(data?.usage_metrics === undefined
        ? usagePrices(latest)
        : usageFromWire(data.usage_metrics)),
    ],
  };
}

function baseFeeFromWire({ title, price }: Pick<NewPlan, "title" | "price">): PriceDraft {
  return { kind: "flat", name: title, billed: "arrears", amount: nanosFromNumber(price, "/price") };
}

function usageFromWire(metrics: readonly Static<typeof UsageMetric>[]): PriceDraft[] {
  return metrics.map(({ metric, rate }, index) => ({
    kind: "usage",
    name: metric,
    metric,
    spend: UNLIMITED,
    model: {
      type: "per_unit",
      includedQuantity: 0n,
      unitPrice: nanosFromNumber(rate, `/data/usage_metrics/${index}/rate`),
    },
  }));
}

export function planToWire({ latest, status, createdAtMs }: Plan) {
  return {
    uid: formatId("plan", latest.planId),
    title: latest.name,
    description: latest.description,
    price: numberFromNanos(baseFee(latest)),
    interval: intervalToWire(latest.interval),
    currency_code: latest.currency,
    data: { usage_metrics: usageMetrics(latest) },
    status,
    created_at: isoInstant(createdAtMs),
  };
}

/** The base fee of one interval, in the currency's major unit. */
export function baseFee(plan: PlanVersion): Nanos {
  const flat = [...flatPrices(plan, "arrears"), ...flatPrices(plan, "advance")];
  return flat.reduce((sum, { amount }) => sum + amount, 0n);
}

function usageMetrics(plan: PlanVersion) {
  return usagePrices(plan).flatMap(({ meter, model }) =>
    model.type === "per_unit"
      ? [{ metric: meter.name, rate: numberFromNanos(model.unitPrice) }]
      : [],
  );
}

/** The operator's plans may have intervals for which this surface has no word: they are spelt out. */
function intervalToWire({ unit, count }: Interval): string {
  assert(count > 0, "an interval is at least one unit long");
  return count === 1 ? unit : `${count} ${unit}`;
}
