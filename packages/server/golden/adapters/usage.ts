import { sumMinor } from "#kernel/money.ts";
import { formatAttos, type Nanos } from "#kernel/nanos.ts";
import { shareOf } from "#kernel/proration.ts";
import {
  beyondMaximum,
  eventFee,
  missingToMinimum,
  type PercentageModel,
  type PriceModel,
  rateUsage,
  startedPackages,
} from "#modules/rating/domain/index.ts";
import { billableQuantity } from "#modules/subscriptions/domain/index.ts";
import type { Adapter, Figure, Figures } from "../golden-case.ts";
import {
  centsOf,
  countOf,
  daysFrom,
  decimalOf,
  decimalOrNull,
  listOf,
  major,
  minorUnits,
  percentOf,
  textOf,
} from "../words.ts";
import { cents, flatAmount } from "./amounts.ts";
import { addedMinor, charged, ratedMinor } from "./charges.ts";

export const usageAdapters: readonly Adapter[] = [
  {
    topics: "package",
    takes: "units package_size price free_units",
    gives: "amount",
    answer: ({ inputs }) => {
      const includedQuantity = decimalOf(inputs["free_units"]);
      const model = { ...packages(inputs["package_size"], inputs["price"]), includedQuantity };
      return { amount: formatAttos(rateUsage(model, decimalOf(inputs["units"])).exact) };
    },
  },
  {
    topics: "package",
    takes: "units size",
    gives: "packages",
    answer: ({ inputs }) => ({
      packages: Number(startedPackages(decimalOf(inputs["units"]), decimalOf(inputs["size"]))),
    }),
  },
  {
    topics: "package",
    takes: "already units size price",
    gives: "total",
    answer: ({ inputs }) => ({
      total: major(added(packages(inputs["size"], inputs["price"]), inputs)),
    }),
  },
  {
    topics: "max-spend",
    takes: "already units size price max billed",
    gives: "amount discount total",
    answer: ({ inputs }) =>
      withMaximum(added(packages(inputs["size"], inputs["price"]), inputs), inputs),
  },
  {
    topics: "max-spend",
    takes: "price already units max billed",
    gives: "amount discount total",
    answer: ({ inputs }) => withMaximum(added(perUnit(inputs["price"]), inputs), inputs),
  },
  {
    topics: "min-spend",
    takes: "min billed units",
    gives: "minimum_line",
    answer: ({ inputs }) => ({
      minimum_line: major(missingToMinimum(charged(inputs["min"]), charged(inputs["billed"]))),
    }),
  },
  {
    topics: "minimum-spend",
    takes: "min_cents days month_days usage_cents",
    gives: "true_up_cents",
    answer: ({ inputs }) => {
      const month = { startMs: 0, endMs: daysFrom(0, countOf(inputs["month_days"])) };
      const ran = { startMs: 0, endMs: daysFrom(0, countOf(inputs["days"])) };
      const share = shareOf(ran, month, { basis: "days", timeZone: "UTC" });
      const minimum = flatAmount(centsOf(inputs["min_cents"]), share);
      return { true_up_cents: cents(missingToMinimum(minimum, minorUnits(inputs["usage_cents"]))) };
    },
  },
  {
    topics: "percentage",
    takes: "units rate free_units events free_events fixed",
    gives: "amount",
    answer: ({ inputs }) => {
      const model: PercentageModel = {
        ...percentage(inputs),
        includedQuantity: decimalOf(inputs["free_units"]),
        includedEvents: decimalOf(inputs["free_events"]),
      };
      const tally = { count: decimalOf(inputs["events"]), fees: 0n };
      return { amount: formatAttos(rateUsage(model, decimalOf(inputs["units"]), tally).exact) };
    },
  },
  {
    topics: "percentage",
    takes: "transactions rate min max fixed",
    gives: "amount",
    answer: ({ inputs }) => {
      const model: PercentageModel = {
        ...percentage(inputs),
        feeMinimum: decimalOrNull(inputs["min"]),
        feeMaximum: decimalOrNull(inputs["max"]),
      };
      const events = listOf(inputs["transactions"]).map(decimalOf);
      const tally = {
        count: sum(events),
        fees: sum(events.map((event) => eventFee(model, event))),
      };
      return { amount: formatAttos(rateUsage(model, sum(events), tally).exact) };
    },
  },
  {
    topics: "late-usage",
    takes: "block rate usage already_billed",
    gives: "missing",
    answer: ({ inputs }) => {
      const model = packages(inputs["block"], inputs["rate"]);
      const billed = listOf(inputs["already_billed"]).map((amount) => charged(amount));
      const missing = [...unitsByMonth(inputs["usage"])].map(([, units], index) =>
        major(sumMinor([ratedMinor(model, units), -(billed[index] ?? 0n)])),
      );
      return { missing };
    },
  },
  {
    topics: "rounding",
    takes: "units multiplier",
    gives: "total",
    answer: ({ inputs }) => ({
      total: major(ratedMinor(perUnit(inputs["multiplier"]), decimalOf(inputs["units"]))),
    }),
  },
  {
    topics: "quantity",
    takes: "unit_price quantities",
    gives: "invoices",
    answer: ({ inputs }) => ({
      invoices: listOf(inputs["quantities"]).map((entry) => {
        const [, quantity] = listOf(entry);
        return major(ratedMinor(perUnit(inputs["unit_price"]), decimalOf(quantity)));
      }),
    }),
  },
  {
    topics: "quantity-band",
    takes: "included step requested",
    gives: "billable",
    answer: ({ inputs }) => {
      const band = { included: minorUnits(inputs["included"]), step: minorUnits(inputs["step"]) };
      return { billable: Number(billableQuantity(band, minorUnits(inputs["requested"]))) };
    },
  },
  {
    topics: "usage-invoice",
    takes: "base usage",
    gives: "usage_total total",
    answer: ({ inputs }) => {
      const lines = listOf(inputs["usage"]).map((metric) => {
        const [, quantity, rate] = listOf(metric);
        return ratedMinor(perUnit(rate), decimalOf(quantity));
      });
      return {
        usage_total: major(sumMinor(lines)),
        total: major(sumMinor([charged(inputs["base"]), ...lines])),
      };
    },
  },
];

function withMaximum(amount: bigint, { max, billed }: Figures): Figures {
  const discount =
    beyondMaximum(charged(max), sumMinor([charged(billed), amount])) -
    beyondMaximum(charged(max), charged(billed));
  return {
    amount: major(amount),
    discount: major(discount),
    total: major(sumMinor([amount, -discount])),
  };
}

function added(model: PriceModel, { already, units }: Figures): bigint {
  return addedMinor(model, decimalOf(already), decimalOf(units));
}

function perUnit(price: Figure | undefined): PriceModel {
  return { type: "per_unit", includedQuantity: 0n, unitPrice: decimalOf(price) };
}

function packages(size: Figure | undefined, price: Figure | undefined): PriceModel {
  const [packageSize, packagePrice] = [decimalOf(size), decimalOf(price)];
  return { type: "package", includedQuantity: 0n, packageSize, packagePrice };
}

function percentage({ rate, fixed }: Figures): PercentageModel {
  return {
    type: "percentage",
    rate: percentOf(rate),
    feePerEvent: decimalOf(fixed),
    includedQuantity: 0n,
    includedEvents: 0n,
    feeMinimum: null,
    feeMaximum: null,
  };
}

/** The units of `[date, units]` in each month, in the order of the months. */
function unitsByMonth(usage: Figure | undefined): Map<string, Nanos> {
  const months = new Map<string, Nanos>();
  for (const entry of listOf(usage)) {
    const [date, units] = listOf(entry);
    const month = textOf(date).slice(0, 7);
    months.set(month, (months.get(month) ?? 0n) + decimalOf(units));
  }
  return months;
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n);
}
