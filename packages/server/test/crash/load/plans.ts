import type { Api } from "./api.ts";
import type { SoldPlan } from "./book.ts";

/** A meter of its own over the events of sessions. */
const measured = (meter: string, aggregation: string, more: object = {}) => ({
  kind: "usage",
  name: meter,
  metric: "sessions",
  meter,
  aggregation,
  model: { type: "per_unit", unit_price: "0.25" },
  ...more,
});

const usagePrices = [
  {
    kind: "usage",
    name: "Calls",
    metric: "calls",
    model: { type: "per_unit", unit_price: "0.015" },
  },
  {
    kind: "usage",
    name: "Traffic",
    metric: "gigabytes",
    model: {
      type: "graduated",
      tiers: [
        { up_to: "10", unit_price: "0.5" },
        { up_to: null, unit_price: "0.123456789", flat_price: "1" },
      ],
    },
  },
  {
    kind: "usage",
    name: "Transfers",
    metric: "transfers",
    model: { type: "percentage", rate: "0.029", fee_per_event: "0.1", fee_maximum: "0.5" },
  },
  {
    kind: "usage",
    name: "Sessions",
    metric: "sessions",
    model: { type: "per_unit", unit_price: "0.001" },
  },
  measured("peak", "max"),
  measured("last", "latest"),
  measured("users", "unique_count", { property: "user" }),
  measured("visits", "count"),
  measured("european", "sum", { filters: { region: ["eu", "uk"] } }),
];

const base = (billed: "advance" | "arrears", amount: string) => ({
  kind: "flat",
  name: "Base fee",
  billed,
  amount,
});

/** Sold one by one, so that more of it can be bought. */
const SEATS = { included: "1", step: "1" };
const TIMES_AS_DEAR = 2;

const offers = [
  { name: "Daily", unit: "day", periodDays: 1, isOnTestClock: true, flat: base("arrears", "1.00") },
  {
    name: "Weekly",
    unit: "week",
    periodDays: 7,
    isOnTestClock: true,
    flat: base("advance", "5.00"),
  },
  {
    name: "Monthly",
    unit: "month",
    periodDays: 31,
    isOnTestClock: false,
    flat: base("advance", "9.00"),
  },
];

/** Publishes what the load sells: daily and weekly for test clocks, monthly for the wall clock. */
export async function publishPlans(api: Api): Promise<SoldPlan[]> {
  return Promise.all(
    offers.map(async ({ name, unit, flat, periodDays, isOnTestClock }) => {
      const isPaidInAdvance = flat.billed === "advance";
      const plan = { name, currency: "USD", interval: { unit }, quantity_policy: SEATS };
      const publish = async (prices: readonly object[]) =>
        (await api.post<{ id: string }>("/v1/plans", { ...plan, prices })).id;
      const amount = (TIMES_AS_DEAR * Number(flat.amount)).toFixed(2);
      const dearer = isPaidInAdvance ? await publish([{ ...flat, amount }, ...usagePrices]) : null;
      const id = await publish([flat, ...usagePrices]);
      return { id, periodDays, isOnTestClock, isPaidInAdvance, dearer };
    }),
  );
}
