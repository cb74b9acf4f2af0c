import { describe, expect, test } from "vitest";
import { present } from "#kernel/assert.ts";
import { BillingError } from "#kernel/error.ts";
import { type Nanos, parseNanos } from "#kernel/nanos.ts";
import type {
  PercentageModel,
  PriceModel,
  SpendLimits,
  Tier,
} from "#modules/rating/domain/index.ts";
import { planDraft, tier, usagePrice } from "#test/support/builders/plan.ts";
import { newPlan, type PlanDraft } from "./index.ts";

const nanos = (text: string): Nanos => present(parseNanos(text), `${text} is a decimal`);

function faultsOf(changes: Partial<PlanDraft>): string[] {
  let lastId = 0n;
  try {
    newPlan(planDraft(changes), () => (lastId += 1n), 0);
  } catch (error) {
    if (!(error instanceof BillingError) || error.code !== "plan_invalid") throw error;
    return (error.details["errors"] as { path: string }[]).map(({ path }) => path);
  }
  return [];
}

const faultsOfModel = (model: PriceModel) => faultsOf({ prices: [usagePrice("m", model)] });

const packages = (size: string, price: string): PriceModel => ({
  type: "package",
  includedQuantity: 0n,
  packageSize: nanos(size),
  packagePrice: nanos(price),
});

const percentage = (changes: Partial<PercentageModel> = {}): PercentageModel => ({
  type: "percentage",
  includedQuantity: 0n,
  rate: nanos("0.029"),
  feePerEvent: nanos("0.3"),
  includedEvents: 0n,
  feeMinimum: null,
  feeMaximum: null,
  ...changes,
});

const tiered = (
  type: "graduated" | "volume" | "graduated_percentage",
  tiers: readonly Tier[],
): PriceModel => ({ type, includedQuantity: 0n, tiers });

const inPackages = (upTo: string | null, size: string): Tier => ({
  ...tier(upTo, "1"),
  packageSize: nanos(size),
});

describe("a price model is taken", () => {
  test.each<{ model: PriceModel; because: string }>([
    { model: packages("0.000000001", "0"), because: "sizes are exact and packages may be free" },
    { model: percentage({ rate: nanos("1") }), because: "the whole amount may be charged" },
    {
      model: percentage({ includedQuantity: nanos("1"), includedEvents: nanos("3") }),
      because: "something may be included where fees have no bounds",
    },
    {
      model: percentage({ feeMinimum: nanos("1"), feeMaximum: nanos("1") }),
      because: "the least may be the most",
    },
    {
      model: tiered("graduated", [inPackages("1000", "100"), inPackages(null, "300")]),
      because: "the first tier holds ten whole packages",
    },
    {
      model: tiered("volume", [inPackages("250", "100"), inPackages(null, "300")]),
      because: "volume counts all packages at one tier, so tiers may end inside one",
    },
  ])("$model.type: $because", ({ model }) => {
    expect(faultsOfModel(model)).toEqual([]);
  });
});

describe("a price model is refused", () => {
  test.each<{ model: PriceModel; paths: string[]; because: string }>([
    { model: packages("0", "1"), paths: ["package_size"], because: "a package holds something" },
    { model: packages("-1", "1"), paths: ["package_size"], because: "and not less than nothing" },
    {
      model: packages("1000000000000000", "1"),
      paths: ["package_size"],
      because: "no quantity reaches 10^15",
    },
    { model: packages("10", "-1"), paths: ["package_price"], because: "usage is never paid out" },
    {
      model: percentage({ rate: nanos("2.9") }),
      paths: ["rate"],
      because: "2.9 % is written 0.029",
    },
    { model: percentage({ rate: -1n }), paths: ["rate"], because: "a share is not negative" },
    {
      model: percentage({ feePerEvent: -1n }),
      paths: ["fee_per_event"],
      because: "nor is a fee",
    },
    {
      model: percentage({ includedEvents: nanos("1.5") }),
      paths: ["included_events"],
      because: "events are whole",
    },
    {
      model: percentage({ includedEvents: nanos("-1") }),
      paths: ["included_events"],
      because: "none is less than none",
    },
    { model: percentage({ feeMinimum: -1n }), paths: ["fee_minimum"], because: "fees are paid" },
    { model: percentage({ feeMaximum: -1n }), paths: ["fee_maximum"], because: "at the cap too" },
    {
      model: percentage({ feeMinimum: nanos("2"), feeMaximum: nanos("1") }),
      paths: ["fee_maximum"],
      because: "no fee is both",
    },
    {
      model: percentage({ feeMinimum: nanos("1"), includedQuantity: nanos("5") }),
      paths: [""],
      because: "which event is free would hang on their order",
    },
    {
      model: percentage({ feeMaximum: nanos("1"), includedEvents: nanos("5") }),
      paths: [""],
      because: "with a cap as well",
    },
    {
      model: tiered("graduated_percentage", [tier("10", "1.5"), tier(null, "0.1")]),
      paths: ["tiers/0/rate"],
      because: "a tier's rate is a share too",
    },
    {
      model: tiered("graduated_percentage", [tier("10", "0.1")]),
      paths: ["tiers"],
      because: "the last tier is open",
    },
    {
      model: tiered("graduated", [inPackages("250", "100"), inPackages(null, "100")]),
      paths: ["tiers/0/up_to"],
      because: "a package that two tiers share would be paid twice",
    },
    {
      model: tiered("volume", [inPackages(null, "0")]),
      paths: ["tiers/0/package_size"],
      because: "an empty package never fills anything",
    },
  ])("$model.type at $paths: $because", ({ model, paths }) => {
    const at = paths.map((path) => `/prices/0/model${path === "" ? "" : `/${path}`}`);
    expect(faultsOfModel(model)).toEqual(at);
  });
});

describe("spend limits", () => {
  const limits = (minimum: string | null, maximum: string | null): SpendLimits => ({
    minimum: minimum === null ? null : nanos(minimum),
    maximum: maximum === null ? null : nanos(maximum),
  });

  test.each([
    { spend: limits("1000.00", null), paths: [], because: "a minimum alone is a commitment" },
    { spend: limits("100", "100"), paths: [], because: "both alike is a fixed price" },
    { spend: limits("0", null), paths: ["minimum_spend"], because: "none is left out" },
    { spend: limits(null, "0"), paths: ["maximum_spend"], because: "free is another price" },
    { spend: limits("-1", null), paths: ["minimum_spend"], because: "nobody is paid" },
    { spend: limits("0.005", null), paths: ["minimum_spend"], because: "half a cent is no amount" },
    { spend: limits(null, "1000000000000"), paths: ["maximum_spend"], because: "it is too large" },
    { spend: limits("2", "1"), paths: ["maximum_spend"], because: "no sum is both" },
  ])("are refused at $paths: $because", ({ spend, paths }) => {
    const ofPrice = faultsOf({ prices: [usagePrice("m", packages("1", "1"), spend)] });
    expect(ofPrice).toEqual(paths.map((path) => `/prices/0/${path}`));
    expect(faultsOf({ spend })).toEqual(paths.map((path) => `/${path}`));
  });
});
