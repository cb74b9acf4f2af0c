import { expect, test } from "vitest";
import { flatPrice, planDraft, tier, tieredPrice, unitPrice } from "#test/support/builders/plan.ts";
import { listedPlanSnapshot, newPlan, planSnapshot } from "./index.ts";

const NOW_MS = Date.UTC(2026, 0, 31);

const draft = planDraft({
  prices: [
    flatPrice("2999"),
    unitPrice("packages", "50.00", "10"),
    tieredPrice("miles", "volume", [tier("1000", "0.0005"), tier(null, "0.00025", "5")]),
  ],
  metadata: { crm_id: "A-1042" },
});

test("a plan is shown with every figure as an exact decimal", () => {
  let last = 0n;
  const plan = newPlan(draft, () => ++last, NOW_MS);

  expect(planSnapshot(plan.latest)).toEqual({
    id: "plan_0000000000001",
    version: 1,
    kind: "plan",
    name: "Business Plan",
    description: null,
    currency: "JMD",
    interval: { unit: "month", count: 1 },
    prices: [
      {
        kind: "flat",
        id: "price_0000000000002",
        name: "Base fee",
        billed: "arrears",
        amount: "2999.00",
      },
      {
        kind: "usage",
        id: "price_0000000000003",
        name: "Per packages",
        billed: "arrears",
        ...sumOfAll("packages"),
        model: { type: "per_unit", included_quantity: "10", unit_price: "50" },
        minimum_spend: null,
        maximum_spend: null,
      },
      {
        kind: "usage",
        id: "price_0000000000004",
        name: "Per miles",
        billed: "arrears",
        ...sumOfAll("miles"),
        model: {
          type: "volume",
          included_quantity: "0",
          tiers: [
            { up_to: "1000", unit_price: "0.0005", flat_price: "0" },
            { up_to: null, unit_price: "0.00025", flat_price: "5" },
          ],
        },
        minimum_spend: null,
        maximum_spend: null,
      },
    ],
    minimum_spend: null,
    maximum_spend: null,
    metadata: { crm_id: "A-1042" },
    when_unpaid: "cancel",
    renewal: "auto",
    anchor_after_pause: "keep",
    unused_time: { on_cancel: "nothing", on_pause: "nothing" },
    trial: { days: 0, requires_card: true, without_card: "cancel" },
    change_policy: {
      upgrade: "now_prorated",
      downgrade: "at_period_end",
      proration: "exact_time",
      payment_gated: true,
    },
    quantity_policy: null,
    published_at: "2026-01-31T00:00:00.000Z",
  });
});

test("a plan that is listed says besides whether it is sold", () => {
  const plan = newPlan(draft, () => 1n, NOW_MS);

  expect(listedPlanSnapshot(plan)).toEqual({
    ...planSnapshot(plan.latest),
    status: "active",
    created_at: "2026-01-31T00:00:00.000Z",
  });
});

/** The meter of a usage price that says nothing about one. */
function sumOfAll(metric: string) {
  return { metric, meter: metric, aggregation: "sum", property: null, filters: {} };
}
