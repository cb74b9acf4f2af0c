import { describe, expect, test } from "vitest";
import { present } from "#kernel/assert.ts";
import { formatAttos, type Nanos, parseNanos } from "#kernel/nanos.ts";
import {
  eventFee,
  type PercentageModel,
  type PriceModel,
  priceModelFromJson,
  priceModelToJson,
  rateUsage,
  type Tier,
} from "./index.ts";

const nanos = (text: string): Nanos => present(parseNanos(text), `${text} is a decimal`);

const tier = (upTo: string | null, unitPrice: string, flatPrice: string, size?: string): Tier => ({
  upTo: upTo === null ? null : nanos(upTo),
  unitPrice: nanos(unitPrice),
  flatPrice: nanos(flatPrice),
  ...(size === undefined ? {} : { packageSize: nanos(size) }),
});

const packages = (size: string, price: string, included = "0"): PriceModel => ({
  type: "package",
  includedQuantity: nanos(included),
  packageSize: nanos(size),
  packagePrice: nanos(price),
});

const percentage = (
  rate: string,
  { fee = "0", free = "0", freeEvents = "0", least = "", most = "" } = {},
): PercentageModel => ({
  type: "percentage",
  includedQuantity: nanos(free),
  rate: nanos(rate),
  feePerEvent: nanos(fee),
  includedEvents: nanos(freeEvents),
  feeMinimum: least === "" ? null : nanos(least),
  feeMaximum: most === "" ? null : nanos(most),
});

const price = (model: PriceModel, used: string) => formatAttos(rateUsage(model, nanos(used)).exact);

// Figures of other engines' public tests: golden cases G217, G234, G309 to G313.
describe("packages", () => {
  test.each([
    { used: "0", model: packages("10", "15"), exact: "0", because: "none is started" },
    { used: "1", model: packages("10", "15"), exact: "15", because: "a part counts whole" },
    { used: "10", model: packages("10", "15"), exact: "15", because: "one is exactly full" },
    {
      used: "10.000000001",
      model: packages("10", "15"),
      exact: "30",
      because: "a second is begun",
    },
    { used: "121", model: packages("10", "100"), exact: "1300", because: "13 are started" },
    { used: "121", model: packages("10", "100", "21"), exact: "1000", because: "21 are free" },
    { used: "20", model: packages("10", "100", "21"), exact: "0", because: "all of it is free" },
    { used: "401", model: packages("100", "1"), exact: "5", because: "the fifth block is begun" },
    { used: "-9", model: packages("10", "15"), exact: "0", because: "no package is given back" },
    { used: "-20", model: packages("10", "15"), exact: "-30", because: "two whole ones are" },
    { used: "0.3", model: packages("0.25", "0.1"), exact: "0.2", because: "sizes have fractions" },
  ])("$used costs $exact: $because", ({ used, model, exact }) => {
    expect(price(model, used)).toBe(exact);
  });
});

// Golden cases G210 to G213: blocks of 100 (10 at most), then of 1000.
describe("tiers that are sold in packages", () => {
  const blocks = [tier("1000", "1", "0", "100"), tier("101000", "1", "0", "1000")];
  const graduated: PriceModel = {
    type: "graduated",
    includedQuantity: 0n,
    tiers: [...blocks.slice(0, 1), tier(null, "1", "0", "1000")],
  };
  const volume: PriceModel = {
    type: "volume",
    includedQuantity: 0n,
    tiers: [...blocks, tier(null, "0.5", "0", "1000")],
  };

  test("5325 are 10 blocks of 100 and 5 of 1000", () => {
    const { exact, tiers } = rateUsage(graduated, nanos("5325"));
    expect(formatAttos(exact)).toBe("15");
    expect(tiers.map((rated) => [rated.packages, formatAttos(rated.exact)])).toEqual([
      [10n, "10"],
      [5n, "5"],
    ]);
  });

  test.each([
    { used: "1000", exact: "10", because: "10 blocks of 100 fill the first tier" },
    { used: "101000", exact: "101", because: "101 blocks of 1000 fill the second" },
    { used: "101001", exact: "51", because: "102 blocks at half the price" },
  ])("all $used at the tier reached cost $exact: $because", ({ used, exact }) => {
    expect(price(volume, used)).toBe(exact);
  });
});

// Golden cases G239 to G243.
describe("a percentage", () => {
  const events = (count: string, fees = "0") => ({ count: nanos(count), fees: nanos(fees) });

  test.each([
    { used: "4", model: percentage("0.029"), exact: "0.116", because: "sub-cent results are kept" },
    {
      used: "800",
      model: percentage("0.013", { fee: "2" }),
      exact: "18.4",
      because: "4 fees of 2",
    },
    {
      used: "800",
      model: percentage("0.013", { fee: "2", free: "250", freeEvents: "2" }),
      exact: "11.15",
      because: "250 and 2 events are free",
    },
    {
      used: "800",
      model: percentage("0.013", { fee: "2", free: "900", freeEvents: "5" }),
      exact: "0",
      because: "everything is free",
    },
    { used: "-100", model: percentage("0.01"), exact: "-1", because: "corrections give back" },
  ])("of $used is $exact: $because", ({ used, model, exact }) => {
    const rated = rateUsage(model, nanos(used), events("4"));
    expect(formatAttos(rated.exact)).toBe(exact);
  });

  const bounded = percentage("0.0299", { least: "1.75", most: "12" });
  test.each([
    { quantity: "10", fee: "1.75", because: "0.299 is below the floor" },
    { quantity: "80", fee: "2.392", because: "it is between both" },
    { quantity: "10000", fee: "12", because: "299 is above the cap" },
    { quantity: "-10000", fee: "-12", because: "a correction takes back what was charged" },
    { quantity: "0", fee: "0", because: "nothing was metered" },
  ])("within bounds costs $fee for an event of $quantity: $because", ({ quantity, fee }) => {
    expect(formatAttos(eventFee(bounded, nanos(quantity)))).toBe(fee);
  });

  test("within bounds is the sum of its events' fees", () => {
    const fees = ["10", "80", "10000"].map((quantity) => eventFee(bounded, nanos(quantity)));
    const tally = { count: nanos("3"), fees: fees.reduce((sum, fee) => sum + fee) };
    expect(formatAttos(rateUsage(bounded, nanos("10090"), tally).exact)).toBe("16.142");
  });

  test("counts its fee per event within the bounds", () => {
    const model = percentage("0.01", { fee: "0.3", least: "1", most: "2" });
    const fees = ["50", "100", "500"].map((quantity) =>
      formatAttos(eventFee(model, nanos(quantity))),
    );
    expect(fees).toEqual(["1", "1.3", "2"]);
  });

  test("with a fee per event is never rated without its events", () => {
    expect(() => rateUsage(bounded, nanos("1"))).toThrow("needs the events");
    expect(() => rateUsage(percentage("0.01", { fee: "1" }), nanos("1"))).toThrow();
  });
});

// Golden cases G245 to G248.
describe("a graduated percentage", () => {
  const model: PriceModel = {
    type: "graduated_percentage",
    includedQuantity: 0n,
    tiers: [tier("10", "0.01", "200"), tier("20", "0.02", "300"), tier(null, "0.03", "400")],
  };
  test.each([
    { used: "0", exact: "200", because: "the first flat price is due without usage" },
    { used: "1", exact: "200.01", because: "1 % of the first" },
    { used: "10", exact: "200.1", because: "the tier's end belongs to it" },
    { used: "11", exact: "500.12", because: "the second tier adds its flat price" },
    { used: "21", exact: "900.33", because: "the third does as well" },
  ])("of $used costs $exact: $because", ({ used, exact }) => {
    expect(price(model, used)).toBe(exact);
  });
});

test.each<PriceModel>([
  packages("0.5", "3", "1"),
  percentage("0.029", { fee: "0.3", freeEvents: "2", free: "1" }),
  percentage("1", { least: "0", most: "12.000000001" }),
  { type: "graduated_percentage", includedQuantity: 1n, tiers: [tier(null, "0.5", "1")] },
  { type: "volume", includedQuantity: 0n, tiers: [tier(null, "5", "1", "10")] },
])("$type reads the same as it was written", (model) => {
  expect(priceModelFromJson(priceModelToJson(model))).toEqual(model);
});
