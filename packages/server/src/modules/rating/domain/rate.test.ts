import { describe, expect, test } from "vitest";
import { present } from "#kernel/assert.ts";
import { formatAttos, type Nanos, parseNanos } from "#kernel/nanos.ts";
import { type PriceModel, rateUsage, type Tier, tiersFault } from "./index.ts";

const nanos = (text: string): Nanos => present(parseNanos(text), `${text} is a decimal`);

const tier = (upTo: string | null, unitPrice: string, flatPrice = "0"): Tier => ({
  upTo: upTo === null ? null : nanos(upTo),
  unitPrice: nanos(unitPrice),
  flatPrice: nanos(flatPrice),
});

const perUnit = (unitPrice: string, included = "0"): PriceModel => ({
  type: "per_unit",
  includedQuantity: nanos(included),
  unitPrice: nanos(unitPrice),
});

const tiered = (type: "graduated" | "volume", tiers: Tier[], included = "0"): PriceModel => ({
  type,
  includedQuantity: nanos(included),
  tiers,
});

const price = (model: PriceModel, used: string) => formatAttos(rateUsage(model, nanos(used)).exact);

describe("per unit", () => {
  test.each([
    { used: "150", model: perUnit("50.00"), exact: "7500", because: "150 packages at 50.00" },
    { used: "12", model: perUnit("100.00"), exact: "1200", because: "12 returns at 100.00" },
    {
      used: "0.5",
      model: perUnit("0.000000001"),
      exact: "0.0000000005",
      because: "nothing is rounded",
    },
    { used: "99", model: perUnit("2", "100"), exact: "0", because: "it is all included" },
    { used: "101.5", model: perUnit("2", "100"), exact: "3", because: "only what exceeds is paid" },
    {
      used: "-3",
      model: perUnit("2", "100"),
      exact: "-6",
      because: "a correction below zero is credited",
    },
    {
      used: "999999999999999.999999999",
      model: perUnit("999999999.999999999"),
      exact: "999999999999999998999999.000000000000000001",
      because: "large products keep every digit",
    },
  ])("$used costs $exact: $because", ({ used, model, exact }) => {
    expect(price(model, used)).toBe(exact);
  });
});

// Figures of lago-api's charge model specs (golden cases G218 to G233).
describe("graduated", () => {
  const model = tiered("graduated", [
    tier("10", "10", "2"),
    tier("20", "5", "3"),
    tier(null, "5", "3"),
  ]);
  test.each([
    { used: "0", exact: "2", because: "the first flat price is due without usage" },
    { used: "1", exact: "12", because: "one unit and the first flat price" },
    { used: "10", exact: "102", because: "the tier's last unit belongs to it" },
    { used: "11", exact: "110", because: "the second tier adds its flat price" },
    { used: "20", exact: "155", because: "the second tier is full" },
    { used: "21", exact: "163", because: "the third tier adds its flat price" },
    { used: "10.5", exact: "107.5", because: "fractions are priced too" },
  ])("$used costs $exact: $because", ({ used, exact }) => {
    expect(price(model, used)).toBe(exact);
  });

  test("what is included comes off before the tiers count", () => {
    expect(price(tiered("graduated", [tier("10", "1"), tier(null, "2")], "5"), "16")).toBe("12");
  });
});

describe("volume", () => {
  const model = tiered("volume", [
    tier("100", "2", "10"),
    tier("200", "1"),
    tier(null, "0.5", "50"),
  ]);
  test.each([
    { used: "0", exact: "10", because: "the first tier is reached without usage" },
    { used: "100", exact: "210", because: "the whole quantity is at the first rate" },
    { used: "100.5", exact: "100.5", because: "anything above 100 is in the second tier" },
    { used: "101", exact: "101", because: "all of it is at the second rate" },
    { used: "300", exact: "200", because: "all of it is at the last rate, plus its flat price" },
  ])("$used costs $exact: $because", ({ used, exact }) => {
    expect(price(model, used)).toBe(exact);
  });
});

describe("tiers that cannot price every quantity are named", () => {
  test.each([
    { tiers: [], fault: "at least one tier is needed" },
    { tiers: [tier("10", "1")], fault: "the last tier, and only the last, is open-ended" },
    {
      tiers: [tier(null, "1"), tier(null, "2")],
      fault: "the last tier, and only the last, is open-ended",
    },
    {
      tiers: [tier("10", "1"), tier("10", "2"), tier(null, "1")],
      fault: "each tier ends above the one before it",
    },
    { tiers: [tier("10", "1"), tier(null, "1")], fault: null },
  ])("$fault", ({ tiers, fault }) => {
    expect(tiersFault(tiers)).toBe(fault);
  });
});
