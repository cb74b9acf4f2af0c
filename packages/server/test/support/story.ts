import { type Customer, customerOf } from "#test/support/story/customer.ts";
import { tellerOf } from "#test/support/story/teller.ts";
import { full } from "#test/support/story/words.ts";
import type { TestApp } from "./app.ts";

export type { Customer } from "#test/support/story/customer.ts";
export type { Membership } from "#test/support/story/membership.ts";

/** Tells what happened to customers, in sandbox and through the public API alone. */
export interface Story {
  /** Publishes a plan of these prices, a month long in JMD unless it says more; answers its id. */
  publish(prices: readonly object[], more?: object): Promise<string>;
  /** A customer on a test clock, or by the server's clock when `clock` is null. */
  welcome(who?: Newcomer): Promise<Customer>;
}

export interface Newcomer {
  /** Where its clock stands; null to live by the server's. */
  readonly clock?: string | null;
  /** IANA name; UTC when it is not said. */
  readonly timeZone?: string;
  /** A test card; null for none. One that can be charged when it is not said. */
  readonly card?: string | null;
}

export function storyOf(shop: TestApp, whose: "sandbox" | "other" = "sandbox"): Story {
  const teller = tellerOf(shop, whose);
  return {
    async publish(prices, more = {}) {
      const interval = { unit: "month" };
      const body = { name: "Business Plan", currency: "JMD", interval, prices, ...more };
      return (await teller.taken("POST", "/v1/plans", body)).id;
    },
    async welcome({ clock = "2026-01-01", timeZone = "UTC", card = "pm_card_visa" } = {}) {
      const { id } = await teller.taken("POST", "/v1/customers", {
        name: "Ada Brown",
        time_zone: timeZone,
        ...(clock === null ? {} : { test_clock: { now: full(clock) } }),
      });
      const customer = customerOf(teller, id);
      if (card !== null) await customer.gives(card);
      return customer;
    },
  };
}

/** A flat price as the API takes it. */
export function flat(amount: string, billed: "advance" | "arrears" = "arrears") {
  return { kind: "flat", name: "Base fee", billed, amount };
}

export function perUnit(metric: string, unit_price: string) {
  return { kind: "usage", name: metric, metric, model: { type: "per_unit", unit_price } };
}

/** Tiers as `[up_to, unit_price]`, the last one up to null. */
export function tiered(
  metric: string,
  type: "graduated" | "volume",
  tiers: readonly (readonly [upTo: string | null, unitPrice: string])[],
) {
  const model = { type, tiers: tiers.map(([up_to, unit_price]) => ({ up_to, unit_price })) };
  return { kind: "usage", name: metric, metric, model };
}

/** A usage price of any model, as the API takes it. */
export function priced(metric: string, model: object, limits: object = {}) {
  return { kind: "usage", name: metric, metric, model, ...limits };
}
