import type { Period } from "#kernel/clock.ts";
import type { Currency } from "#kernel/currency.ts";
import { sumMinor } from "#kernel/money.ts";
import type { Nanos } from "#kernel/nanos.ts";
import { type ProrationBasis, type Share, shareOf } from "#kernel/proration.ts";
import { creditForUnused, flatLine } from "#modules/invoices/domain/index.ts";
import type { Adapter, Figures, GoldenCase } from "../golden-case.ts";
import {
  basisOf,
  CENTS,
  centsOf,
  countOf,
  currencyOf,
  daysFrom,
  decimalOf,
  instantOf,
  major,
  spanOf,
} from "../words.ts";
import { shareOfFixedMonth } from "./proration.ts";

const SEGMENT = "price currency? from_ to period_start period_end";

export const amountAdapters: readonly Adapter[] = [
  {
    topics: "proration first-period upgrade downgrade leap-year month-end resume pause cancel",
    takes: SEGMENT,
    gives: "amount",
    answer: (golden) => ({ amount: segmentAmount(golden) }),
  },
  {
    topics: "proration first-period upgrade downgrade leap-year month-end resume pause cancel",
    takes: SEGMENT,
    gives: "credit",
    answer: (golden) => ({ credit: segmentAmount(golden) }),
  },
  {
    topics: "downgrade",
    takes: "price already_adjusted from_ to period_start period_end new_price",
    gives: "credit charge account_credit",
    answer: downgradeAmounts,
  },
  {
    topics: "fixed30 proration",
    takes: "price fixed_days from_ to",
    gives: "amount",
    answer: ({ inputs }) => ({
      amount: major(flatAmount(decimalOf(inputs["price"]), shareOfFixedMonth(inputs))),
    }),
  },
  {
    topics: "cancel",
    takes: "price_cents period_days from_ to_inclusive",
    gives: "amount_cents",
    answer: ({ inputs }) => {
      const startMs = instantOf(inputs["from_"]);
      // "Inclusive" is a day that has begun: any instant in it will do.
      const part = { startMs, endMs: instantOf(inputs["to_inclusive"]) + 1 };
      const share = shareInDays(part, daysPeriod(startMs, inputs["period_days"]), "days_inclusive");
      return { amount_cents: cents(flatAmount(centsOf(inputs["price_cents"]), share)) };
    },
  },
  {
    topics: "cancel",
    takes: "price_cents days month_days",
    gives: "amount_cents",
    answer: ({ inputs }) => ({
      amount_cents: cents(
        flatAmount(centsOf(inputs["price_cents"]), daysShare(inputs, "days", "month_days")),
      ),
    }),
  },
  {
    topics: "upgrade",
    takes: "old_cents old_period_days unused_days new_cents new_days new_period_days",
    gives: "credit_cents new_cents",
    answer: ({ inputs }) => ({
      credit_cents: cents(
        flatAmount(
          centsOf(inputs["old_cents"]),
          daysShare(inputs, "unused_days", "old_period_days"),
        ),
      ),
      new_cents: cents(
        flatAmount(centsOf(inputs["new_cents"]), daysShare(inputs, "new_days", "new_period_days")),
      ),
    }),
  },
  {
    topics: "upgrade",
    takes: "new_cents old_paid_cents days month_days",
    gives: "amount_cents",
    answer: ({ inputs }) => {
      const share = daysShare(inputs, "days", "month_days");
      const charge = flatAmount(centsOf(inputs["new_cents"]), share);
      const paid = flatAmount(centsOf(inputs["old_paid_cents"]), share);
      return { amount_cents: cents(sumMinor([charge, -paid])) };
    },
  },
  {
    topics: "trial",
    takes: "price_cents month_days days_before trial_days",
    gives: "amount_cents",
    answer: ({ inputs }) => {
      const month = daysPeriod(0, inputs["month_days"]);
      const startMs = daysFrom(month.startMs, countOf(inputs["days_before"]));
      const afterTrial = {
        startMs: daysFrom(startMs, countOf(inputs["trial_days"])),
        endMs: month.endMs,
      };
      const share = shareInDays(afterTrial, month, "days");
      return { amount_cents: cents(flatAmount(centsOf(inputs["price_cents"]), share)) };
    },
  },
];

function segmentAmount(golden: GoldenCase): string {
  const currency = currencyOf(golden.inputs["currency"]);
  const price = decimalOf(golden.inputs["price"]);
  return major(flatAmount(price, segmentShare(golden), currency), currency);
}

/** The old plan's unused part, as far as it was not given back before, and the new plan's part. */
function downgradeAmounts(golden: GoldenCase): Figures {
  const { inputs } = golden;
  const unused = segmentShare(golden);
  const amount = decimalOf(inputs["price"]);
  const adjusted = flatAmount(decimalOf(inputs["already_adjusted"]));
  const keptMinor = sumMinor([flatAmount(amount), -adjusted]);
  const credit = creditForUnused({ amount, unused, keptMinor }, CENTS);
  const charge = flatAmount(decimalOf(inputs["new_price"]), unused);
  return {
    credit: major(credit),
    charge: major(charge),
    account_credit: major(sumMinor([credit, -charge])),
  };
}

function segmentShare(golden: GoldenCase): Share {
  const { inputs } = golden;
  const part = spanOf(inputs["from_"], inputs["to"]);
  return shareInDays(part, spanOf(inputs["period_start"], inputs["period_end"]), basisOf(golden));
}

function shareInDays(part: Period, period: Period, basis: ProrationBasis): Share {
  return shareOf(part, period, { basis, timeZone: "UTC" });
}

/** So many days of a period of so many. */
export function daysShare(inputs: Figures, part: string, whole: string): Share {
  const period = daysPeriod(0, inputs[whole]);
  return shareInDays({ ...period, endMs: daysFrom(0, countOf(inputs[part])) }, period, "days");
}

function daysPeriod(startMs: number, days: Figures[string] | undefined): Period {
  return { startMs, endMs: daysFrom(startMs, countOf(days)) };
}

/** What an invoice line charges for a flat price, or for a share of it. */
export function flatAmount(amount: Nanos, share?: Share, currency: Currency = CENTS): bigint {
  const price = { kind: "flat", priceId: 1n, name: "price", billed: "advance", amount } as const;
  return flatLine(price, { startMs: 0, endMs: 1 }, currency, { share }).amountMinor;
}

export function cents(amountMinor: bigint): number {
  return Number(amountMinor);
}
