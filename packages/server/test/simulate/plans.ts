import { type Chance, chanceOf } from "#test/crash/chance.ts";
import type { ModelTerms } from "#test/proofs/pricing.ts";
import type { FlatTerms, IntervalTerms, PlanTerms, UsageTerms } from "./history.ts";

/** The digits of a minor unit by currency: what an amount is rounded to. */
export const MINOR_DIGITS: Readonly<Record<string, number>> = { USD: 2, JPY: 0, KWD: 3, EUR: 2 };

/** How often a plan of each interval is chosen. Those that are billed most often are rare. */
export const INTERVALS: readonly { readonly interval: IntervalTerms; readonly weight: number }[] = [
  { interval: { unit: "year", count: 1 }, weight: 46 },
  { interval: { unit: "quarter", count: 1 }, weight: 30 },
  { interval: { unit: "month", count: 1 }, weight: 4 },
  { interval: { unit: "month", count: 5 }, weight: 8 },
  { interval: { unit: "quarter", count: 2 }, weight: 8 },
  { interval: { unit: "fixed_days", count: 30 }, weight: 1 },
  { interval: { unit: "week", count: 2 }, weight: 1 },
  { interval: { unit: "day", count: 10 }, weight: 1 },
  { interval: { unit: "day", count: 1 }, weight: 1 },
];

/** What is sold of each interval in each currency. */
export const EDITIONS = ["small", "large"] as const;

export type Edition = (typeof EDITIONS)[number];

/** What is on sale in a simulation, by name: two plans of each interval in each currency. */
export function plansOf(seed: number): ReadonlyMap<string, PlanTerms> {
  const chance = chanceOf(seed * 7919 + 1);
  const plans = new Map<string, PlanTerms>();
  for (const currency of Object.keys(MINOR_DIGITS)) {
    for (const { interval } of INTERVALS) {
      for (const edition of EDITIONS) {
        const name = planName(currency, interval, edition);
        plans.set(name, planTerms(chance, { name, currency, interval }));
      }
    }
  }
  return plans;
}

export function planName(
  currency: string,
  { unit, count }: IntervalTerms,
  edition: Edition,
): string {
  return `${edition} ${currency} for ${count} ${unit}`;
}

function planTerms(
  chance: Chance,
  terms: Pick<PlanTerms, "name" | "currency" | "interval">,
): PlanTerms {
  const digits = MINOR_DIGITS[terms.currency] ?? 2;
  const flats = flatsOf(chance, digits);
  const metrics = METRICS.filter(() => chance.happens(0.4));
  const usages = metrics.map((metric): UsageTerms => {
    return { kind: "usage", name: `${metric} used`, metric, model: modelOf(chance) };
  });
  const prices = [...flats, ...usages];
  return {
    ...terms,
    change_policy: {
      upgrade: chance.oneOf(CHANGE_MODES) ?? "now_prorated",
      downgrade: chance.oneOf(CHANGE_MODES) ?? "at_period_end",
      proration: chance.oneOf(BASES) ?? "exact_time",
      payment_gated: chance.happens(0.5),
    },
    quantity_policy: chance.happens(0.5)
      ? { included: `${chance.integer(1, 10)}`, step: `${chance.integer(1, 5)}` }
      : null,
    prices: prices.length > 0 ? prices : [flat(chance, digits, "arrears")],
    when_unpaid: chance.happens(0.3) ? "stay_past_due" : "cancel",
    renewal: chance.happens(0.15) ? "none" : "auto",
    anchor_after_pause: chance.happens(0.5) ? "keep" : "move",
    trial: {
      days: chance.happens(0.3) ? chance.integer(1, 45) : 0,
      requires_card: chance.happens(0.5),
      without_card: chance.oneOf(["cancel", "past_due", "pause"] as const) ?? "cancel",
    },
  };
}

function flatsOf(chance: Chance, digits: number): FlatTerms[] {
  const kinds = [["advance"], ["arrears"], ["advance", "arrears"], []] as const;
  return (chance.oneOf(kinds) ?? []).map((billed) => flat(chance, digits, billed));
}

function flat(chance: Chance, digits: number, billed: FlatTerms["billed"]): FlatTerms {
  return { kind: "flat", name: `Fee in ${billed}`, billed, amount: amount(chance, digits) };
}

export function amount(chance: Chance, digits: number): string {
  // Of every size: what is a little wrong shows itself in large amounts first.
  const most = 9 * 10 ** chance.integer(2, 5);
  const minor = String(chance.integer(1, most)).padStart(digits + 1, "0");
  if (digits === 0) return minor;
  return `${minor.slice(0, -digits)}.${minor.slice(-digits)}`;
}

export const METRICS = ["calls", "packages", "storage"];

export const CHANGE_MODES = ["now_prorated", "now_full", "now_without", "at_period_end"] as const;

const BASES = ["exact_time", "exact_time", "days", "days_inclusive", "fixed_30_days"] as const;

const UNIT_PRICES = ["0.5", "0.333333333", "1.005", "0.000000001", "12", "0.015", "2.25"];
const STEPS = ["10", "25.5", "100", "1000"];

function modelOf(chance: Chance): ModelTerms {
  const unitPrice = () => chance.oneOf(UNIT_PRICES) ?? "1";
  const included = chance.happens(0.3) ? { included_quantity: chance.oneOf(STEPS) ?? "5" } : {};
  const type = chance.oneOf(["per_unit", "graduated", "volume"] as const) ?? "per_unit";
  if (type === "per_unit") return { type, unit_price: unitPrice(), ...included };
  const steps = STEPS.slice(0, chance.integer(1, STEPS.length));
  const tiers = [...steps, null].map((up_to) => ({
    up_to,
    unit_price: unitPrice(),
    ...(chance.happens(0.25) ? { flat_price: "3.75" } : {}),
  }));
  return { type, tiers, ...included };
}
