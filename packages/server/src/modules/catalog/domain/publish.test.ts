import { describe, expect, test } from "vitest";
import { BillingError } from "#kernel/error.ts";
import { idSource } from "#kernel/ids.ts";
import type { Interval } from "#kernel/interval.ts";
import { flatPrice, planDraft, tier, tieredPrice, unitPrice } from "#test/support/builders/plan.ts";
import { newPlan, nextVersion, type PlanDraft, type PriceDraft } from "./index.ts";

const NOW_MS = Date.UTC(2026, 0, 31);
const LATER_MS = Date.UTC(2026, 1, 28);
const newId = idSource({ now: () => NOW_MS }, () => 0.5);

const publish = (draft: PlanDraft) => newPlan(draft, newId, NOW_MS);

function refusalOf(work: () => unknown): BillingError {
  try {
    work();
  } catch (error) {
    if (error instanceof BillingError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

function faultsOf(changes: Partial<PlanDraft>): unknown {
  const refusal = refusalOf(() => publish(planDraft(changes)));
  expect(refusal.code).toBe("plan_invalid");
  return (refusal.details["errors"] as { path: string }[]).map(({ path }) => path);
}

describe("a new plan", () => {
  test("is active, in version 1, with an id for itself and for each price", () => {
    const { status, createdAtMs, latest } = publish(planDraft());
    expect({ status, createdAtMs }).toEqual({ status: "active", createdAtMs: NOW_MS });
    expect(latest).toMatchObject({ version: 1, currency: "JMD", publishedAtMs: NOW_MS });
    const ids = [latest.planId, ...latest.prices.map(({ priceId }) => priceId)];
    expect(new Set(ids).size).toBe(4);
  });

  test("bills usage in arrears", () => {
    const { latest } = publish(planDraft({ prices: [unitPrice("packages", "50.00")] }));
    expect(latest.prices).toMatchObject([{ kind: "usage", billed: "arrears" }]);
  });

  test.each([
    { code: "JMDX", because: "it has four letters" },
    { code: "jmd", because: "codes are in capitals" },
    { code: "XYZ", because: "ISO 4217 has no such code" },
  ])("is not sold in $code: $because", ({ code }) => {
    const refusal = refusalOf(() => publish(planDraft({ currency: code })));
    expect(refusal).toMatchObject({ code: "currency_unknown", details: { currency: code } });
  });
});

describe("a plan's texts", () => {
  test.each<{ changes: Partial<PlanDraft>; path: string; because: string }>([
    { changes: { name: "" }, path: "/name", because: "a plan has a name" },
    { changes: { name: " \t" }, path: "/name", because: "spaces are no name" },
    { changes: { name: "x".repeat(201) }, path: "/name", because: "200 characters are enough" },
    { changes: { description: "x".repeat(2001) }, path: "/description", because: "so are 2,000" },
  ])("are refused at $path: $because", ({ changes, path }) => {
    expect(faultsOf(changes)).toEqual([path]);
  });

  test("are taken at their longest", () => {
    const draft = planDraft({ name: "x".repeat(200), description: "x".repeat(2000) });
    expect(publish(draft).latest).toMatchObject({ name: draft.name });
  });
});

describe("a plan's interval", () => {
  test.each<{ interval: Interval; because: string }>([
    { interval: { unit: "month", count: 1 }, because: "most plans are monthly" },
    { interval: { unit: "fixed_days", count: 30 }, because: "a term has 30 days" },
    { interval: { unit: "day", count: 1000 }, because: "a count goes up to 1000" },
    { interval: { unit: "year", count: 10 }, because: "ten years are the most" },
  ])("of $interval.count $interval.unit is taken: $because", ({ interval }) => {
    expect(publish(planDraft({ interval })).latest.interval).toEqual(interval);
  });

  test.each<{ interval: Interval; because: string }>([
    { interval: { unit: "year", count: 11 }, because: "ten years are the most" },
    { interval: { unit: "quarter", count: 41 }, because: "also in quarters" },
    { interval: { unit: "month", count: 121 }, because: "also in months" },
    { interval: { unit: "day", count: 1001 }, because: "a count goes up to 1000" },
    { interval: { unit: "day", count: 0 }, because: "a period has a length" },
    { interval: { unit: "day", count: -1 }, because: "time runs forward" },
    { interval: { unit: "day", count: 1.5 }, because: "counts are whole" },
  ])("of $interval.count $interval.unit is refused: $because", ({ interval }) => {
    expect(faultsOf({ interval })).toEqual(["/interval/count"]);
  });
});

describe("a flat price", () => {
  test.each([
    { amount: "2999.00", currency: "JMD", because: "it is 299,900 cents" },
    { amount: "0", currency: "JMD", because: "a plan may be free" },
    { amount: "0.01", currency: "USD", because: "a cent is the smallest unit" },
    { amount: "0.125", currency: "KWD", because: "a dinar has a thousand fils" },
    { amount: "999999999999.99", currency: "USD", because: "it is below 10^12" },
  ])("of $amount $currency is taken: $because", ({ amount, currency }) => {
    expect(publish(planDraft({ currency, prices: [flatPrice(amount)] })).latest.version).toBe(1);
  });

  test.each([
    { amount: "-0.01", currency: "USD", because: "nobody is paid for subscribing" },
    { amount: "0.005", currency: "USD", because: "half a cent cannot be charged" },
    { amount: "0.5", currency: "JPY", because: "the yen has no part" },
    { amount: "1000000000000", currency: "USD", because: "it is not below 10^12" },
  ])("of $amount $currency is refused: $because", ({ amount, currency }) => {
    expect(faultsOf({ currency, prices: [flatPrice(amount)] })).toEqual(["/prices/0/amount"]);
  });
});

describe("a usage price", () => {
  test.each([
    { metric: "packages", because: "it is a plain word" },
    { metric: "api_calls", because: "words are joined" },
    { metric: "0:eu-west.gb", because: "a digit may come first" },
    { metric: "m".repeat(100), because: "100 characters are the most" },
  ])("of $metric is taken: $because", ({ metric }) => {
    const prices = [unitPrice(metric, "0.000000001")];
    expect(publish(planDraft({ prices })).latest.prices).toMatchObject([{ metric }]);
  });

  test.each([
    { metric: "", because: "it has a name" },
    { metric: "Packages", because: "capitals are mistaken for another metric" },
    { metric: "_calls", because: "a letter or digit comes first" },
    { metric: "api calls", because: "spaces are not seen" },
    { metric: "packages\n", because: "nor are line ends" },
    { metric: "m".repeat(101), because: "100 characters are the most" },
  ])("of $metric is refused: $because", ({ metric }) => {
    expect(faultsOf({ prices: [unitPrice(metric, "1")] })).toEqual(["/prices/0/metric"]);
  });

  const open = tier(null, "1");
  test.each<{ price: PriceDraft; path: string; because: string }>([
    { price: unitPrice("m", "-1"), path: "unit_price", because: "usage is never paid out" },
    {
      price: unitPrice("m", "1000000000000"),
      path: "unit_price",
      because: "it is not below 10^12",
    },
    { price: unitPrice("m", "1", "-1"), path: "included_quantity", because: "it is not negative" },
    {
      price: unitPrice("m", "1", "1000000000000000"),
      path: "included_quantity",
      because: "no quantity reaches 10^15",
    },
    { price: tieredPrice("m", "volume", []), path: "tiers", because: "a tier is needed" },
    {
      price: tieredPrice("m", "graduated", [tier("10", "1")]),
      path: "tiers",
      because: "the last one is open",
    },
    {
      price: tieredPrice("m", "graduated", [tier("10", "1"), tier("10", "1"), open]),
      path: "tiers",
      because: "tiers rise",
    },
    {
      price: tieredPrice("m", "volume", [...manyTiers(100), open]),
      path: "tiers",
      because: "100 tiers are the most",
    },
    {
      price: tieredPrice("m", "volume", [tier("10", "1"), tier(null, "-1")]),
      path: "tiers/1/unit_price",
      because: "each tier has a price of zero or above",
    },
    {
      price: tieredPrice("m", "volume", [tier("10", "1", "-1"), open]),
      path: "tiers/0/flat_price",
      because: "so has its flat part",
    },
    {
      price: tieredPrice("m", "volume", [tier("1000000000000000", "1"), open]),
      path: "tiers/0/up_to",
      because: "no quantity reaches 10^15",
    },
  ])("is refused at its $path: $because", ({ price, path }) => {
    expect(faultsOf({ prices: [price] })).toEqual([`/prices/0/model/${path}`]);
  });
});

describe("a plan's prices", () => {
  test.each<{ prices: PriceDraft[]; paths: string[]; because: string }>([
    { prices: [], paths: ["/prices"], because: "a plan without one bills nothing" },
    {
      prices: Array.from({ length: 101 }, () => flatPrice("1")),
      paths: ["/prices"],
      because: "100 are the most",
    },
    {
      prices: [unitPrice("packages", "50"), flatPrice("1"), unitPrice("packages", "60")],
      paths: ["/prices/2/metric"],
      because: "a metric would be billed twice",
    },
    {
      prices: [{ ...flatPrice("0.001"), name: "" }, unitPrice("Packages", "-1")],
      paths: [
        "/prices/0/name",
        "/prices/0/amount",
        "/prices/1/metric",
        "/prices/1/model/unit_price",
      ],
      because: "every fault is told at once",
    },
  ])("are refused: $because", ({ prices, paths }) => {
    expect(faultsOf({ prices })).toEqual(paths);
  });
});

describe("the next version of a plan", () => {
  const plan = publish(planDraft());

  test("is the draft as it stands, with new price ids, and the plan keeps its age", () => {
    const next = nextVersion(plan, planDraft({ name: "Business" }), newId, LATER_MS);
    expect(next).toMatchObject({
      status: "active",
      createdAtMs: NOW_MS,
      latest: { planId: plan.latest.planId, version: 2, name: "Business", publishedAtMs: LATER_MS },
    });
    expect(next.latest.prices[0]?.priceId).not.toBe(plan.latest.prices[0]?.priceId);
  });

  test("keeps the same rules", () => {
    const refusal = refusalOf(() => nextVersion(plan, planDraft({ prices: [] }), newId, LATER_MS));
    expect(refusal.code).toBe("plan_invalid");
  });

  test("does not follow once the plan is archived", () => {
    const archived = { ...plan, status: "archived" as const };
    const refusal = refusalOf(() => nextVersion(archived, planDraft(), newId, LATER_MS));
    expect(refusal.code).toBe("plan_archived");
  });
});

function manyTiers(count: number) {
  return Array.from({ length: count }, (_, index) => tier(String(index + 1), "1"));
}
