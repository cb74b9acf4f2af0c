import fc from "fast-check";
import { expect, test } from "vitest";
import { newPlan } from "#modules/catalog/domain/index.ts";
import type { SpendLimits } from "#modules/rating/domain/index.ts";
import { planDraft, usagePrice } from "#test/support/builders/plan.ts";
import { type Charge, type DraftLine, limitLines } from "./index.ts";

const PERIOD = { startMs: 0, endMs: 1000 };
const CENT = 10n ** 7n;
const WHOLE = { part: 1n, whole: 1n };
const METRICS = ["calls", "packages"];

const cents = fc.option(fc.bigInt({ min: 1n, max: 2000n }), { nil: null });
const limits = fc.tuple(cents, cents).map(([one, other]): SpendLimits => {
  const isSwapped = one !== null && other !== null && one > other;
  const [minimum, maximum] = isSwapped ? [other, one] : [one, other];
  return {
    minimum: minimum === null ? null : minimum * CENT,
    maximum: maximum === null ? null : maximum * CENT,
  };
});

/** What each invoice charges for each metric, in cents; below zero for corrections. */
const invoices = fc.array(
  fc.tuple(fc.bigInt({ min: -800n, max: 1500n }), fc.bigInt({ min: -800n, max: 1500n })),
  { minLength: 1, maxLength: 6 },
);

function planOf(spend: SpendLimits, ofPrices: readonly SpendLimits[]) {
  let lastId = 0n;
  const model = { type: "per_unit", includedQuantity: 0n, unitPrice: 1n } as const;
  const prices = METRICS.map((metric, at) => usagePrice(metric, model, ofPrices[at]));
  return newPlan(planDraft({ prices, spend }), () => (lastId += 1n), 0).latest;
}

/** An amount held between its limits, by comparing and nothing else. */
function held(amount: bigint, { minimum, maximum }: SpendLimits): bigint {
  const least = minimum === null ? amount : minimum / CENT;
  const most = maximum === null ? null : maximum / CENT;
  const raised = amount < least ? least : amount;
  return most !== null && raised > most ? most : raised;
}

test("however many invoices a period takes, together they are its charges held within all limits", () => {
  fc.assert(
    fc.property(limits, fc.tuple(limits, limits), invoices, (spend, ofPrices, amounts) => {
      const plan = planOf(spend, ofPrices);
      const before: Charge[] = [];
      for (const [index, charged] of amounts.entries()) {
        const lines = plan.prices.map((price, at) => usage(price.priceId, charged[at] ?? 0n));
        const made = limitLines(plan, { period: PERIOD, share: WHOLE, before, lines });
        before.push(...[...lines, ...made].map((line, at) => chargeOf(line, index, at)));

        const sums = METRICS.map((_, at) =>
          amounts.slice(0, index + 1).reduce((sum, one) => sum + (one[at] ?? 0n), 0n),
        );
        const ofEach = sums.map((sum, at) => held(sum, ofPrices[at] ?? spend));
        const due = held((ofEach[0] ?? 0n) + (ofEach[1] ?? 0n), spend);
        expect(before.reduce((sum, { amountMinor }) => sum + amountMinor, 0n)).toBe(due);
      }
    }),
  );
});

function usage(priceId: bigint, amountMinor: bigint): DraftLine {
  return {
    kind: "usage",
    priceId,
    metric: "any",
    description: "Usage",
    period: PERIOD,
    quantity: 1n,
    amountMinor,
    computation: { type: "flat", amount: 0n, quantity: 1n, share: WHOLE, basis: "exact_time" },
  };
}

function chargeOf(line: DraftLine, invoice: number, at: number): Charge {
  const { kind, priceId, description, amountMinor } = line;
  return {
    kind,
    priceId,
    description,
    amountMinor,
    customerId: 1n,
    subscriptionId: 2n,
    invoiceId: BigInt(invoice),
    invoiceNumber: BigInt(invoice),
    lineNumber: at + 1,
    periodStartMs: PERIOD.startMs,
  };
}
