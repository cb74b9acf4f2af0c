/** A tier of the demo's plan, as `POST /v1/plans` takes it. Prices are in USD. */
export interface TariffTier {
  /** The last unit of the tier; null on the last one. */
  readonly up_to: string | null;
  readonly unit_price: string;
}

const CURRENCY = "USD";

/** Each flight at the rate of the tier that it falls in. */
export const FLIGHT_TIERS: readonly TariffTier[] = [
  { up_to: "10", unit_price: "4.50" },
  { up_to: "100", unit_price: "3.75" },
  { up_to: null, unit_price: "2.90" },
];

/** All miles at the rate of the tier that their sum reaches; the rates are fractions of a cent. */
export const MILE_TIERS: readonly TariffTier[] = [
  { up_to: "10000", unit_price: "0.00825" },
  { up_to: "100000", unit_price: "0.0067125" },
  { up_to: null, unit_price: "0.004375" },
];

export const FLIGHT_METRIC = "flights";
export const MILE_METRIC = "miles";

export const PLAN = {
  name: "Departures",
  currency: CURRENCY,
  interval: { unit: "month" },
  prices: [
    {
      kind: "usage",
      name: "Flights",
      metric: FLIGHT_METRIC,
      model: { type: "graduated", tiers: FLIGHT_TIERS },
    },
    {
      kind: "usage",
      name: "Miles",
      metric: MILE_METRIC,
      model: { type: "volume", tiers: MILE_TIERS },
    },
  ],
};
