import { decideChange } from "#flows/change-subscription/decide.ts";
import type { Sold } from "#flows/sold-terms.ts";
import { newPlan } from "#modules/catalog/domain/index.ts";
import type { Adapter, GoldenCase } from "../golden-case.ts";
import { CENTS, centsOf, instantOf, Unreadable } from "../words.ts";
import { cents, daysShare, flatAmount } from "./amounts.ts";

export const changeAdapters: readonly Adapter[] = [
  {
    topics: "downgrade upgrade",
    takes: "new_cents days period_days effective to",
    gives: "new_cents invoice_at_request",
    answer: (golden) => ({
      new_cents: cents(chargeOfNewPlan(golden)),
      invoice_at_request: movesAtRequest(golden) ? cents(chargeOfNewPlan(golden)) : 0,
    }),
  },
];

/** The new plan's share of the period that it begins inside of. */
function chargeOfNewPlan({ inputs }: GoldenCase): bigint {
  return flatAmount(centsOf(inputs["new_cents"]), daysShare(inputs, "days", "period_days"));
}

/** Whether a change under this policy bills anything when it is asked for. */
function movesAtRequest({ inputs, policy }: GoldenCase): boolean {
  if (policy !== "at period end") throw new Unreadable(`${policy} is no policy of a change`);
  const nowMs = instantOf(inputs["effective"]) - 1;
  const decision = decideChange({
    from: soldAt("0", nowMs),
    to: soldAt("1", nowMs),
    when: null,
    mode: "at_period_end",
    nowMs,
    isTried: false,
  });
  return decision.type === "now";
}

/** Some plan, as it is held. */
function soldAt(amount: "0" | "1", nowMs: number): Sold {
  let lastId = BigInt(amount) * 10n;
  const { latest } = newPlan(
    {
      name: "plan",
      description: null,
      currency: CENTS,
      interval: { unit: "month", count: 1 },
      prices: [
        { kind: "flat", name: "fee", billed: "advance", amount: BigInt(amount) * 1_000_000_000n },
      ],
      spend: { minimum: null, maximum: null },
      metadata: {},
    },
    () => (lastId += 1n),
    nowMs,
  );
  const { planId, version: planVersion } = latest;
  const item = { planId, planVersion, quantity: 1n, billable: 1n, licensed: null, version: latest };
  return { plan: latest, items: [item] };
}
