import { expect, test } from "vitest";
import { feedsOf } from "./feed.ts";
import { type Meter, plainMeter } from "./meter.ts";
import { type Properties, type PropertyValue, propertyText } from "./properties.ts";

const inEurope: Meter = { ...plainMeter("calls"), name: "eu", filters: { region: ["eu", "uk"] } };
const users: Meter = {
  ...plainMeter("calls"),
  name: "users",
  aggregation: "unique_count",
  property: "user",
};
const of = (aggregation: "count" | "max" | "latest"): Meter => ({
  ...plainMeter("calls"),
  name: aggregation,
  aggregation,
});

function feeds(meters: readonly Meter[], quantity: string, properties: Properties | null = null) {
  return feedsOf({ quantity, properties }, meters).map(
    ({ meter, amount, value }) => `${meter} ${amount}${value === null ? "" : ` ${value}`}`,
  );
}

test.each<{ quantity: string; properties: Properties | null; fed: string[]; because: string }>([
  { quantity: "2", properties: { region: "eu" }, fed: ["eu 2"], because: "it matches" },
  { quantity: "-2", properties: { region: "uk" }, fed: ["eu -2"], because: "so does a correction" },
  { quantity: "2", properties: { region: "us" }, fed: [], because: "it is elsewhere" },
  { quantity: "2", properties: { regions: "eu" }, fed: [], because: "it does not say where" },
  { quantity: "2", properties: null, fed: [], because: "it says nothing" },
  { quantity: "2", properties: { user: "ada" }, fed: ["users 2 ada"], because: "she is counted" },
  { quantity: "2", properties: { user: 7 }, fed: ["users 2 7"], because: "numbers are values" },
  {
    quantity: "2",
    properties: { user: false, region: "eu" },
    fed: ["eu 2", "users 2 false"],
    because: "one event feeds both",
  },
])("an event of $properties feeds $fed: $because", ({ quantity, properties, fed }) => {
  expect(feeds([inEurope, users], quantity, properties)).toEqual(fed);
});

test("all of a meter's filters have to match", () => {
  const both: Meter = { ...inEurope, filters: { region: ["eu"], tier: ["1", "true"] } };
  expect(feeds([both], "1", { region: "eu" })).toEqual([]);
  expect(feeds([both], "1", { region: "eu", tier: 1 })).toEqual(["eu 1"]);
  expect(feeds([both], "1", { region: "eu", tier: true })).toEqual(["eu 1"]);
});

test("a negative quantity takes one off a count, and is no level", () => {
  const meters = [of("count"), of("max"), of("latest")];
  expect(feeds(meters, "12.5")).toEqual(["count 1", "max 12.5", "latest 12.5"]);
  expect(feeds(meters, "-12.5")).toEqual(["count -1"]);
});

test.each<{ value: PropertyValue; text: string }>([
  { value: "eu", text: "eu" },
  { value: 1.5, text: "1.5" },
  { value: -0, text: "0" },
  { value: 1e21, text: "1000000000000000000000" },
  { value: -1.25e25, text: "-12500000000000000000000000" },
  { value: 1.5e-7, text: "0.00000015" },
  { value: true, text: "true" },
])("a property of $value reads $text, as PostgreSQL writes it", ({ value, text }) => {
  expect(propertyText(value)).toBe(text);
});
