import fc from "fast-check";
import { expect, test } from "vitest";
import { newPlan } from "#modules/catalog/domain/index.ts";
import type { SpendLimits } from "#modules/rating/domain/index.ts";
import { planDraft, usagePrice } from "#test/support/builders/plan.ts";
import { type Charge, chargesUpTo, type DraftLine, explainLine, limitLines } from "./index.ts";

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

/** Which invoice becomes void once as many are made, if one does. */
const voidings = fc.array(fc.option(fc.nat({ max: 5 }), { nil: null }), { maxLength: 6 });

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
      billInTurn({ spend, ofPrices, amounts, voids: [] });
    }),
  );
});

test("what is void is charged no more, and limits that counted it before come to the same again", () => {
  fc.assert(
    fc.property(
      fc.record({
        spend: limits,
        ofPrices: fc.tuple(limits, limits),
        amounts: invoices,
        voids: voidings,
      }),
      (story) => {
        const { charges, lines } = billInTurn(story);
        for (const { line, invoiceNumber } of lines) {
          const evidence = {
            used: { quantity: 0n, events: null },
            charges: chargesUpTo(charges, invoiceNumber),
            invoiceNumber,
          };
          expect(explainLine(line, "JMD", evidence).recomputedMinor).toBe(line.amountMinor);
        }
      },
    ),
  );
});

interface Billed {
  readonly spend: SpendLimits;
  readonly ofPrices: readonly SpendLimits[];
  readonly amounts: readonly (readonly bigint[])[];
  readonly voids: readonly (number | null)[];
}

/** Makes the invoices, each held within the limits with those that stand, and answers what is on them. */
function billInTurn({ spend, ofPrices, amounts, voids }: Billed) {
  const plan = planOf(spend, ofPrices);
  const gone = new Set<number>();
  const made: { readonly line: DraftLine; readonly invoiceNumber: bigint }[] = [];
  let charges: Charge[] = [];
  for (const [index, charged] of amounts.entries()) {
    const before = chargesUpTo(charges, null);
    const used = plan.prices.map((price, at) => usage(price.priceId, charged[at] ?? 0n));
    const limiting = limitLines(plan, { period: PERIOD, share: WHOLE, before, lines: used });
    made.push(...limiting.map((line) => ({ line, invoiceNumber: BigInt(index) })));
    charges.push(...[...used, ...limiting].map((line, at) => chargeOf(line, index, at)));

    const standing = amounts.filter((_, at) => at <= index && !gone.has(at));
    const ofEach = METRICS.map((_, at) =>
      held(
        standing.reduce((sum, one) => sum + (one[at] ?? 0n), 0n),
        ofPrices[at] ?? spend,
      ),
    );
    const due = held((ofEach[0] ?? 0n) + (ofEach[1] ?? 0n), spend);
    const total = chargesUpTo(charges, null).reduce((sum, one) => sum + one.amountMinor, 0n);
    expect(total).toBe(due);

    const voided = voids[index] ?? null;
    if (voided === null || voided > index || gone.has(voided)) continue;
    gone.add(voided);
    charges = charges.map((charge) =>
      charge.invoiceId === BigInt(voided)
        ? { ...charge, voidSinceNumber: BigInt(index + 1) }
        : charge,
    );
  }
  return { charges, lines: made };
}

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
    voidSinceNumber: null,
    lineNumber: at + 1,
    periodStartMs: PERIOD.startMs,
  };
}
